package dev.residua.causal;

/**
 * A model's scores of a batch of frames. Arrays are row-major and owned by this record: they are
 * not copied.
 *
 * @param frames number of rows {@code n}
 * @param latents number of nodes: {@code d} latents, and the variables of a model that has any
 * @param observed encoded latents {@code z}, then observed variables, in standard deviations of the
 *     training set, shape {@code [n][latents]}; NaN for a missing variable
 * @param expected structural prediction {@code f_i(parents of i)}, shape {@code [n][latents]},
 *     units of {@code observed}; NaN for a missing variable and if the prediction depends on one,
 *     or on earlier frames
 * @param residuals {@code observed - expected}, shape {@code [n][latents]}; of a categorical node a
 *     standard normal deviate, see {@link CategoricalDistribution#deviate}
 * @param reconstructionErrors mean squared pixel error of each frame, shape {@code [n]}, in squared
 *     units of intensity with 1 for white
 * @param regionErrors see {@link NetworkEngine.Encoded#regionErrors}
 * @param codes input of the decoder: latents before their correction, shape {@code [n][d]}; equal
 *     to {@code observed} if a model corrects none
 */
public record LatentBatch(
    int frames,
    int latents,
    float[] observed,
    float[] expected,
    float[] residuals,
    float[] reconstructionErrors,
    float[] regionErrors,
    float[] codes) {
  public LatentBatch {
    int cells = frames * latents;
    if (observed.length != cells
        || expected.length != cells
        || residuals.length != cells
        || codes.length > cells
        || codes.length % Math.max(1, frames) != 0) {
      throw new IllegalArgumentException(
          "latent batch of %d frames and %d latents needs arrays of %d values, and at most as many codes, but has %d, %d, %d and %d"
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

  /** Returns true if the frame of a row does not show all encoded latents. */
  public boolean hides(int row) {
    for (int k = 0; k < encoded(); k++) {
      if (Float.isNaN(observed[row * latents + k])) {
        return true;
      }
    }
    return false;
  }

  /** Number of latents {@code d} that were encoded: columns of {@link #codes}. */
  public int encoded() {
    return codes.length / Math.max(1, frames);
  }

  /**
   * Returns true if some residuals of a frame are not known: a variable is missing, a latent cannot
   * be read, or an equation uses earlier frames. A latent that is NaN although its code is a number
   * was not read.
   */
  public boolean isPartial(int row) {
    for (int i = row * latents; i < (row + 1) * latents; i++) {
      int node = i - row * latents;
      boolean left =
          node >= encoded() || !Float.isNaN(codes[row * encoded() + node]); // out on purpose
      if (Float.isNaN(observed[i]) ? left : Float.isNaN(expected[i])) {
        return true;
      }
    }
    return false;
  }

  /** A batch without errors of regions. */
  public LatentBatch(
      int frames,
      int latents,
      float[] observed,
      float[] expected,
      float[] residuals,
      float[] reconstructionErrors,
      float[] codes) {
    this(frames, latents, observed, expected, residuals, reconstructionErrors, new float[0], codes);
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
