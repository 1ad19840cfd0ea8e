package dev.residua.causal;

/**
 * What a model says of a batch of frames. Arrays are row-major and owned by this record: they are
 * not copied.
 *
 * @param frames number of rows {@code n}
 * @param latents number of latents {@code d}
 * @param observed encoded latents {@code z}, shape {@code [n][d]}, in standard deviations of the
 *     training set
 * @param expected structural prediction {@code f_i(parents of i)}, shape {@code [n][d]}, units of
 *     {@code observed}
 * @param residuals {@code observed - expected}, shape {@code [n][d]}
 * @param reconstructionErrors mean squared pixel error of each frame, shape {@code [n]}, in squared
 *     units of intensity where 1 is white
 */
public record LatentBatch(
    int frames,
    int latents,
    float[] observed,
    float[] expected,
    float[] residuals,
    float[] reconstructionErrors) {
  public LatentBatch {
    int cells = frames * latents;
    if (observed.length != cells || expected.length != cells || residuals.length != cells) {
      throw new IllegalArgumentException(
          "latent batch of %d frames and %d latents needs arrays of %d values but has %d, %d and %d"
              .formatted(
                  frames, latents, cells, observed.length, expected.length, residuals.length));
    }
    if (reconstructionErrors.length != frames) {
      throw new IllegalArgumentException(
          "latent batch of %d frames has %d reconstruction errors"
              .formatted(frames, reconstructionErrors.length));
    }
  }
}
