package dev.residua.causal;

import dev.residua.frame.ImageShape;

/**
 * Draws the pictures that a network's latents stand for. Implementations own native memory: close
 * them once, after the last call has returned.
 */
public interface LatentDecoder extends AutoCloseable {
  /** Shape of the pictures. */
  ImageShape imageShape();

  /** Number of latents {@code d}. */
  int latents();

  /**
   * Decodes latents in the units for which the decoder was made: those of a scorer, or those of the
   * network alone, which are neither standardised nor corrected.
   *
   * @param latents shape {@code [n][d]}, row-major; may be longer
   * @param n number of rows, at least 1
   * @return intensities with 0 for black and 1 is white, shape {@code
   *     [n][height][width][channels]}; a network may leave that range a little
   */
  float[] decode(float[] latents, int n);

  /**
   * Draws latents as they are, and then with another value of one of them.
   *
   * @param latents shape {@code [d]}; may be longer
   * @param latent the one that differs; none does from {@code d} on, as variables do not show
   * @param value its other value
   * @return two pictures, as of {@link #decode}
   */
  default float[] decodeWith(float[] latents, int latent, float value) {
    int d = latents();
    float[] both = new float[2 * d];
    System.arraycopy(latents, 0, both, 0, d);
    System.arraycopy(latents, 0, both, d, d);
    if (latent < d) {
      both[d + latent] = value;
    }
    return decode(both, 2);
  }

  @Override
  void close();
}
