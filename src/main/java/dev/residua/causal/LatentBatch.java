package dev.residua.causal;

/**
 * A model's scores of a batch of frames. Arrays are row-major and owned by this record: they are
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
 * @param codes what the decoder reads: latents before their correction, shape {@code [n][d]}; the
 *     same as {@code observed} where a model corrects none
 */
public record LatentBatch(
    int frames,
    int latents,
    float[] observed,
    float[] expected,
    float[] residuals,
    float[] reconstructionErrors,
    float[] codes) {
  public LatentBatch {
    int cells = frames * latents;
    if (observed.length != cells
        || expected.length != cells
        || residuals.length != cells
        || codes.length != cells) {
      throw new IllegalArgumentException(
          "latent batch of %d frames and %d latents needs arrays of %d values but has %d, %d, %d and %d"
              .formatted(
                  frames,
                  latents,
                  cells,
                  observed.length,
                  expected.length,
                  residuals.length,
                  codes.length));
    }
    if (reconstructionErrors.length != frames) {
      throw new IllegalArgumentException(
          "latent batch of %d frames has %d reconstruction errors"
              .formatted(frames, reconstructionErrors.length));
    }
  }

  /** A batch of a model that corrects no latents. */
  public LatentBatch(
      int frames,
      int latents,
      float[] observed,
      float[] expected,
      float[] residuals,
      float[] reconstructionErrors) {
    this(frames, latents, observed, expected, residuals, reconstructionErrors, observed);
  }
}
