package dev.residua.model;

import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A few frames with the model's scores from its training. Scoring them again on another machine
 * shows that model, runtime and processor agree, before the model is used.
 *
 * <p>Layout (big-endian): mark, version, frames {@code n}, latents {@code d}, bytes per frame, then
 * pixels, latents, expected latents and reconstruction errors.
 */
public final class SelfTest {
  /** Frames of a self-test. */
  public static final int FRAMES = 8;

  /**
   * Largest deviation that passes, in latent units plus the same share of the value: room for
   * float32 convolutions that sum in another order (2e-7 was seen between two engines), none for
   * another model.
   */
  public static final double TOLERANCE = 2e-3;

  private static final int MAGIC = 0x52535354; // "RSST"
  private static final int VERSION = 1;
  private static final int MAX_FRAMES = 64;
  private static final int MAX_LATENTS = BundleManifest.MAX_LATENTS;
  private static final int MAX_FRAME_BYTES = 3 * BundleManifest.MAX_PIXELS;

  private final int frames;
  private final byte[] pixels;
  private final LatentBatch expected;

  private SelfTest(int frames, byte[] pixels, LatentBatch expected) {
    this.frames = frames;
    this.pixels = pixels;
    this.expected = expected;
  }

  /**
   * Records the current scores of a scorer.
   *
   * @param pixels unsigned bytes of {@code frames} images, copied
   */
  public static SelfTest record(FrameScorer scorer, byte[] pixels, int frames) {
    byte[] kept = Arrays.copyOf(pixels, frames * scorer.imageShape().size());
    return new SelfTest(frames, kept, scorer.score(kept, frames));
  }

  /**
   * Scores the frames of a bundle's self-test and compares.
   *
   * @throws BadBundleException if the entry is damaged, does not fit the scorer, or an output
   *     deviates by more than {@link #TOLERANCE}
   */
  public static void check(ModelBundle bundle, FrameScorer scorer) throws BadBundleException {
    try {
      fromBytes(bundle.entry(ModelBundle.SELF_TEST)).check(scorer);
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s fails its self-test: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  /**
   * Compares two engines on the frames of a bundle's self-test.
   *
   * @param reference has passed {@link #check(ModelBundle, FrameScorer)}
   * @throws BadBundleException if the entry is damaged
   */
  public static EngineDeviation compare(
      ModelBundle bundle, FrameScorer reference, FrameScorer candidate) throws BadBundleException {
    try {
      SelfTest test = fromBytes(bundle.entry(ModelBundle.SELF_TEST));
      return EngineDeviation.of(reference, candidate, test.pixels, test.frames);
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s fails its self-test: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  private void check(FrameScorer scorer) {
    int size = scorer.imageShape().size();
    if (pixels.length != frames * size || expected.latents() != scorer.latents()) {
      throw new IllegalArgumentException(
          "it has %d bytes per frame and %d latents, the scorer takes %d and gives %d"
              .formatted(pixels.length / frames, expected.latents(), size, scorer.latents()));
    }
    LatentBatch actual = scorer.score(pixels, frames);
    compare("latent", expected.observed(), actual.observed());
    compare("expected latent", expected.expected(), actual.expected());
    compare("reconstruction error", expected.reconstructionErrors(), actual.reconstructionErrors());
  }

  private static void compare(String what, float[] expected, float[] actual) {
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - actual[i]);
      if (!(difference <= TOLERANCE * (1 + Math.abs(expected[i])))) {
        throw new IllegalArgumentException(
            "%s %d is %s here, it was %s when the model was made"
                .formatted(what, i, actual[i], expected[i]));
      }
    }
  }

  public byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeInt(VERSION);
      out.writeInt(frames);
      out.writeInt(expected.latents());
      out.writeInt(pixels.length / frames);
      out.write(pixels);
      write(out, expected.observed());
      write(out, expected.expected());
      write(out, expected.reconstructionErrors());
    } catch (IOException e) {
      throw new AssertionError("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * @throws IllegalArgumentException if the bytes are not what {@link #toBytes} of this version
   *     wrote
   */
  static SelfTest fromBytes(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int magic = in.readInt();
      int version = in.readInt();
      if (magic != MAGIC || version != VERSION) {
        throw new IllegalArgumentException(
            "its mark is %08x and its version %d, expected %08x and %d"
                .formatted(magic, version, MAGIC, VERSION));
      }
      int frames = in.readInt();
      int latents = in.readInt();
      int size = in.readInt();
      long needed = (long) frames * size + 4L * frames * (2L * latents + 1);
      if (frames < 1
          || frames > MAX_FRAMES
          || latents < 1
          || latents > MAX_LATENTS
          || size < 1
          || size > MAX_FRAME_BYTES
          || in.available() != needed) {
        throw new IllegalArgumentException(
            "it has %d bytes for %d frames of %d bytes and %d latents, expected %d for at most %d frames, %d bytes and %d latents"
                .formatted(
                    in.available(),
                    frames,
                    size,
                    latents,
                    needed,
                    MAX_FRAMES,
                    MAX_FRAME_BYTES,
                    MAX_LATENTS));
      }
      byte[] pixels = new byte[frames * size];
      in.readFully(pixels);
      float[] observed = read(in, frames * latents);
      float[] expected = read(in, frames * latents);
      float[] errors = read(in, frames);
      float[] residuals = new float[frames * latents];
      for (int i = 0; i < residuals.length; i++) {
        residuals[i] = observed[i] - expected[i];
      }
      return new SelfTest(
          frames, pixels, new LatentBatch(frames, latents, observed, expected, residuals, errors));
    } catch (IOException e) {
      throw new IllegalArgumentException("it is cut off after " + bytes.length + " bytes", e);
    }
  }

  private static void write(DataOutputStream out, float[] values) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }

  private static float[] read(DataInputStream in, int count) throws IOException {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.readFloat();
    }
    return values;
  }
}
