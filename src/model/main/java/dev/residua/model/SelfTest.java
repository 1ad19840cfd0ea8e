package dev.residua.model;

import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A few frames with the model's scores from its training, with all variables at their mean. Scoring
 * them again on another machine shows that model, runtime and processor agree, before the model is
 * used.
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
  private static final int HEADER_BYTES = 5 * Integer.BYTES;
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
  public static SelfTest record(ResidualScorer scorer, byte[] pixels, int frames) {
    byte[] kept = Arrays.copyOf(pixels, frames * scorer.imageShape().size());
    return new SelfTest(frames, kept, scorer.score(scorer.atMeans(FrameInputs.of(kept, frames))));
  }

  /**
   * Scores the frames of a bundle's self-test and compares.
   *
   * @throws BadBundleException if the entry is damaged, does not fit the scorer, or an output
   *     deviates by more than {@link #TOLERANCE}
   */
  public static void check(ModelBundle bundle, ResidualScorer scorer) throws BadBundleException {
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
   * @param reference has passed {@link #check(ModelBundle, ResidualScorer)}
   * @throws BadBundleException if the entry is damaged
   */
  public static EngineDeviation compare(
      ModelBundle bundle, ResidualScorer reference, ResidualScorer candidate)
      throws BadBundleException {
    try {
      SelfTest test = fromBytes(bundle.entry(ModelBundle.SELF_TEST));
      return EngineDeviation.of(reference, candidate, test.pixels, test.frames);
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s fails its self-test: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  private void check(ResidualScorer scorer) {
    int size = scorer.imageShape().size();
    if (pixels.length != frames * size || expected.latents() != scorer.nodes()) {
      throw new IllegalArgumentException(
          "it has %d bytes per frame and %d latents, the scorer takes %d and gives %d"
              .formatted(pixels.length / frames, expected.latents(), size, scorer.nodes()));
    }
    LatentBatch actual = scorer.score(scorer.atMeans(FrameInputs.of(pixels, frames)));
    compare("latent", expected.observed(), actual.observed(), false);
    compare("expected latent", expected.expected(), actual.expected(), true);
    compare(
        "reconstruction error",
        expected.reconstructionErrors(),
        actual.reconstructionErrors(),
        false);
  }

  /**
   * @param mayBeUnknown whether NaN agrees with NaN, as for an equation that uses earlier frames
   */
  private static void compare(String what, float[] expected, float[] actual, boolean mayBeUnknown) {
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) expected[i] - actual[i]);
      boolean unknown = mayBeUnknown && Float.isNaN(expected[i]) && Float.isNaN(actual[i]);
      if (!unknown && !(difference <= TOLERANCE * (1 + Math.abs(expected[i])))) {
        throw new IllegalArgumentException(
            "%s %d is %s here, it was %s when the model was made"
                .formatted(what, i, actual[i], expected[i]));
      }
    }
  }

  public byte[] toBytes() {
    int floats = frames * (2 * expected.latents() + 1);
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + pixels.length + Float.BYTES * floats);
    out.putInt(MAGIC).putInt(VERSION);
    out.putInt(frames).putInt(expected.latents()).putInt(pixels.length / frames).put(pixels);
    out.asFloatBuffer()
        .put(expected.observed())
        .put(expected.expected())
        .put(expected.reconstructionErrors());
    return out.array();
  }

  /**
   * @throws IllegalArgumentException if the bytes are not an output of {@link #toBytes} of this
   *     version wrote
   */
  static SelfTest fromBytes(byte[] bytes) {
    if (bytes.length < HEADER_BYTES) {
      throw new IllegalArgumentException("it is cut off after " + bytes.length + " bytes");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int magic = in.getInt();
    int version = in.getInt();
    if (magic != MAGIC || version != VERSION) {
      throw new IllegalArgumentException(
          "its mark is %08x and its version %d, expected %08x and %d"
              .formatted(magic, version, MAGIC, VERSION));
    }
    int frames = in.getInt();
    int latents = in.getInt();
    int size = in.getInt();
    long needed = (long) frames * size + 4L * frames * (2L * latents + 1);
    if (frames < 1
        || frames > MAX_FRAMES
        || latents < 1
        || latents > MAX_LATENTS
        || size < 1
        || size > MAX_FRAME_BYTES
        || in.remaining() != needed) {
      throw new IllegalArgumentException(
          "it has %d bytes for %d frames of %d bytes and %d latents, expected %d for at most %d frames, %d bytes and %d latents"
              .formatted(
                  in.remaining(),
                  frames,
                  size,
                  latents,
                  needed,
                  MAX_FRAMES,
                  MAX_FRAME_BYTES,
                  MAX_LATENTS));
    }
    byte[] pixels = new byte[frames * size];
    float[] observed = new float[frames * latents];
    float[] expected = new float[frames * latents];
    float[] errors = new float[frames];
    in.get(pixels).asFloatBuffer().get(observed).get(expected).get(errors);
    float[] residuals = new float[frames * latents];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = observed[i] - expected[i];
    }
    return new SelfTest(
        frames, pixels, new LatentBatch(frames, latents, observed, expected, residuals, errors));
  }
}
