package dev.residua.causal;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.List;

/**
 * Port to a library that runs networks: pixels to codes, and codes to reconstruction errors. A
 * {@link CausalModel} evaluates all equations. Implementations own native memory: close an engine
 * once, after the last call has returned. The other methods are safe for several threads.
 *
 * <p>A masked pixel affects nothing: the encoder reads the mean picture in its place, and errors
 * are means over the other pixels.
 */
public interface NetworkEngine extends AutoCloseable {
  /** Frames per call on a CPU; larger batches gain nothing there. */
  int BATCH_FRAMES = 32;

  /** Shape of the frames. */
  ImageShape imageShape();

  /** Number of values per code. */
  int columns();

  /** Recommended max frames per call, at least 1. */
  default int batchFrames() {
    return BATCH_FRAMES;
  }

  /**
   * Encodes frames.
   *
   * @param pixels unsigned bytes, shape {@code [frames][height][width][channels]}; may be longer
   * @param frames number of frames, at least 1
   * @param masks one per frame; empty if no pixel is masked
   * @return codes, shape {@code [frames][columns]}
   * @throws IllegalArgumentException if {@code frames} is 0, or {@code pixels} is too short
   * @throws IllegalStateException after {@link #close}, or if the library fails
   */
  float[] encode(byte[] pixels, int frames, List<PixelMask> masks);

  /**
   * Decodes codes and compares the pictures with frames. Parameters and exceptions as for {@link
   * #encode}.
   *
   * @param codes input of the decoder, shape {@code [frames][columns]}
   * @return mean squared pixel error of each frame, shape {@code [frames]}, in squared units of
   *     intensity with 1 for white
   */
  float[] reconstructionErrors(byte[] pixels, int frames, float[] codes, List<PixelMask> masks);

  /** {@link #encode}, then {@link #reconstructionErrors} of the codes; an engine may fuse them. */
  default Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
    float[] codes = encode(pixels, frames, masks);
    return new Encoded(codes, reconstructionErrors(pixels, frames, codes, masks));
  }

  /**
   * Result of {@link #encodeAndReconstruct}; arrays are not copied.
   *
   * @param codes shape {@code [frames][columns]}
   * @param errors shape {@code [frames]}
   * @param regionErrors mean squared error of the pixels of each latent, see {@link Readability},
   *     shape {@code [frames][latents]}, NaN if none of them is seen; empty if the engine knows no
   *     regions
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Encoded(float[] codes, float[] errors, float[] regionErrors) {
    /** A result without regions. */
    public Encoded(float[] codes, float[] errors) {
      this(codes, errors, new float[0]);
    }
  }

  @Override
  void close();
}
