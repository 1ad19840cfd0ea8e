package dev.residua.dl4j;

import dev.residua.training.PaintedRegions;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingSettings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * State that lets a stopped training continue to the same result, in addition to its weights. All
 * draws depend on the seed and the number of the step, so no generator's state is in it.
 *
 * @param step the next one
 * @param adam moments of all parameters
 * @param curve losses so far
 * @param regions as measured last
 */
record Checkpoint(int step, Adam adam, LossCurve curve, PaintedRegions regions) {
  private static final int DIGEST = 32;

  /** Data and settings on which the steps depend, as 32 bytes. */
  static byte[] fingerprint(
      TrainingData data, int frames, int[] labelled, TrainingSettings settings) {
    TrainingSettings stepping =
        settings.with(
            c -> {
              c.stopAt(c.steps());
              c.threads(1);
            });
    String text =
        String.join(
            "\n",
            data.sha256(),
            data.factorNames().toString() + data.categories(),
            Integer.toString(frames),
            Arrays.toString(labelled),
            data.heldPairs().toString(),
            data.answers().toString(),
            stepping.toString());
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }

  byte[] toBytes(byte[] fingerprint) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.write(fingerprint);
      out.writeInt(step);
      NetworkWeights.write(out, adam.first);
      NetworkWeights.write(out, adam.second);
      curve.write(out);
      out.writeInt(regions.shared().size());
      for (int i = 0; i < regions.shared().size(); i++) {
        write(out, regions.region(i));
        write(out, regions.shared().get(i));
      }
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @param parameters how many numbers are learnt
   * @return null if the bytes are of a training on other data or with other settings
   */
  static @Nullable Checkpoint fromBytes(
      byte[] bytes, byte[] fingerprint, int parameters, int steps) {
    if (bytes.length < DIGEST
        || !Arrays.equals(fingerprint, Arrays.copyOf(bytes, DIGEST))
        || bytes.length < DIGEST + 4 + 8L * parameters) {
      return null;
    }
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(bytes, DIGEST, bytes.length - DIGEST))) {
      int step = in.readInt();
      float[] first = NetworkWeights.read(in, parameters);
      float[] second = NetworkWeights.read(in, parameters);
      return new Checkpoint(
          step, new Adam(first, second), LossCurve.read(in, steps), readRegions(in));
    } catch (IOException e) {
      throw new IllegalArgumentException("the state of the training is cut off", e);
    }
  }

  private static void write(DataOutputStream out, @Nullable BitSet bits) throws IOException {
    byte[] bytes = bits == null ? new byte[0] : bits.toByteArray();
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static PaintedRegions readRegions(DataInputStream in) throws IOException {
    List<@Nullable BitSet> regions = new ArrayList<>();
    List<BitSet> shared = new ArrayList<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      BitSet region = read(in);
      regions.add(region.isEmpty() ? null : region);
      shared.add(read(in));
    }
    return new PaintedRegions(regions, shared);
  }

  private static BitSet read(DataInputStream in) throws IOException {
    return BitSet.valueOf(in.readNBytes(in.readInt()));
  }
}
