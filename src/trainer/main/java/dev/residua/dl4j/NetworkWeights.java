package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.training.LancaSettings.OrderRelaxation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * All learnt numbers of a network, without native memory.
 *
 * @param layout defines the arrays
 * @param meanImage mean of the training frames, {@code [height][width][channels]}, in [0, 1]
 * @param values by parameter name, row-major in the parameter's shape
 * @param unfinished the state to resume the training exactly, see {@link Checkpoint}; empty after a
 *     completed training
 */
record NetworkWeights(
    NetworkLayout layout, float[] meanImage, Map<String, float[]> values, byte[] unfinished) {
  private static final int MAGIC = 0x52534c57; // "RSLW"
  private static final int VERSION = 4;
  private static final int FIRST_VERSION = 1;

  /** First version that names the number of halvings. */
  private static final int HALVINGS_VERSION = 3;

  private static final int VARIATIONAL = 1;
  private static final int SINKHORN = 2;

  /** Since version 4. */
  private static final int NORMALIZED = 4;

  private static final int MAX_SIDE = 4_096;
  private static final int MAX_LATENTS = 1_024;
  private static final int MAX_HALVINGS = 10;

  static NetworkWeights random(NetworkLayout layout, float[] meanImage, long seed) {
    Random random = new Random(seed);
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Parameter parameter : layout.parameters()) {
      values.put(parameter.name(), parameter.initial(random));
    }
    return new NetworkWeights(layout, meanImage, values, new byte[0]);
  }

  /** These weights with those of another network wherever both have them in the same shape. */
  NetworkWeights startingFrom(NetworkWeights other) {
    Map<String, float[]> merged = new LinkedHashMap<>();
    values.forEach(
        (name, own) -> {
          float[] theirs = other.values.get(name);
          merged.put(name, theirs != null && theirs.length == own.length ? theirs : own);
        });
    return new NetworkWeights(layout, other.meanImage, merged, unfinished);
  }

  ImageShape image() {
    return layout.image();
  }

  int latents() {
    return layout.latents();
  }

  float[] get(String name) {
    float[] found = values.get(name);
    if (found == null) {
      throw new IllegalArgumentException("network has no parameter " + name);
    }
    return found;
  }

  /**
   * The equivalent network without normalised convolutions: their statistics are folded into its
   * weights.
   */
  NetworkWeights folded() {
    if (!layout.normalized()) {
      return this;
    }
    Map<String, float[]> plain = new LinkedHashMap<>(values);
    for (String name : layout.convolutions()) {
      float[] mean = get(name + NetworkLayout.MEAN);
      float[] variance = get(name + NetworkLayout.VARIANCE);
      float[] w = get(name + ".w").clone();
      float[] b = get(name + ".b").clone();
      for (int c = 0; c < b.length; c++) {
        double scale = BatchNormalization.scale(variance[c]);
        for (int k = c; k < w.length; k += b.length) {
          w[k] = (float) (scale * w[k]);
        }
        b[c] = (float) (b[c] - scale * mean[c]);
      }
      plain.put(name + ".w", w);
      plain.put(name + ".b", b);
    }
    return new NetworkWeights(layout.withNormalized(false), meanImage, plain, unfinished);
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      out.writeInt(image().width());
      out.writeInt(image().height());
      out.writeInt(image().channels());
      out.writeInt(latents());
      out.writeInt(
          (layout.variational() ? VARIATIONAL : 0)
              | (layout.relaxation() == OrderRelaxation.GUMBEL_SINKHORN ? SINKHORN : 0)
              | (layout.normalized() ? NORMALIZED : 0));
      out.writeInt(layout.halvings());
      write(out, meanImage);
      for (Parameter parameter : layout.parameters()) {
        write(out, get(parameter.name()));
      }
      out.write(unfinished);
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  static void write(DataOutputStream out, float[] values) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length);
    buffer.asFloatBuffer().put(values);
    out.write(buffer.array());
  }

  /**
   * @throws IllegalArgumentException if the bytes are not those of {@link #toBytes}
   */
  static NetworkWeights fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      if (in.readInt() != MAGIC) {
        throw new IllegalArgumentException("weights do not start with the mark of a LANCA network");
      }
      int version = in.readInt();
      if (version < FIRST_VERSION || version > VERSION) {
        throw new IllegalArgumentException(
            "weights have version %d, this version of Residua reads %d to %d"
                .formatted(version, FIRST_VERSION, VERSION));
      }
      int width = in.readInt();
      int height = in.readInt();
      int channels = in.readInt();
      int latents = in.readInt();
      if (width > MAX_SIDE || height > MAX_SIDE || latents < 1 || latents > MAX_LATENTS) {
        throw new IllegalArgumentException(
            "weights are for %d latents of %dx%d images".formatted(latents, width, height));
      }
      int kinds = version == FIRST_VERSION ? 0 : in.readInt();
      int halvings = version < HALVINGS_VERSION ? NetworkLayout.MIN_HALVINGS : in.readInt();
      if (halvings < 0 || halvings > MAX_HALVINGS) {
        throw new IllegalArgumentException(
            "weights are for %d halvings, expected at most %d".formatted(halvings, MAX_HALVINGS));
      }
      NetworkLayout layout =
          new NetworkLayout(
              new ImageShape(width, height, channels),
              latents,
              (kinds & VARIATIONAL) != 0,
              (kinds & SINKHORN) != 0 ? OrderRelaxation.GUMBEL_SINKHORN : OrderRelaxation.SOFT_SORT,
              halvings,
              (kinds & NORMALIZED) != 0);
      long expected = layout.image().size();
      for (Parameter parameter : layout.parameters()) {
        expected += parameter.length();
      }
      if (in.available() < 4 * expected
          || (version == FIRST_VERSION && in.available() > 4 * expected)) {
        throw new IllegalArgumentException(
            "weights have %d bytes of values, expected %d".formatted(in.available(), 4 * expected));
      }
      float[] mean = read(in, layout.image().size());
      Map<String, float[]> values = new LinkedHashMap<>();
      for (Parameter parameter : layout.parameters()) {
        values.put(parameter.name(), read(in, parameter.length()));
      }
      return new NetworkWeights(layout, mean, values, in.readAllBytes());
    } catch (IOException e) {
      throw new IllegalArgumentException("weights are cut off after " + bytes.length + " bytes", e);
    }
  }

  static float[] read(DataInputStream in, int count) throws IOException {
    byte[] bytes = new byte[4 * count];
    in.readFully(bytes);
    float[] values = new float[count];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NetworkWeights that
        && java.util.Arrays.equals(toBytes(), that.toBytes());
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(toBytes());
  }
}
