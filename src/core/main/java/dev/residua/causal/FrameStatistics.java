package dev.residua.causal;

import org.jspecify.annotations.Nullable;

/**
 * Rank of one frame among the calibration frames. All p-values are conformal: if the frame is
 * exchangeable with the calibration frames, {@code P(p <= a) <= a} for every {@code a}. Arrays are
 * owned by this record and not copied.
 *
 * <p>If a variable of the model is missing, the residuals that depend on it are not known: their
 * standardised values and p-values are NaN, and the joint p-value is of the others. It is then too
 * large rather than too small, because it looks at fewer nodes than the calibration did.
 *
 * @param standardized residuals in robust standard deviations of the calibration frames, shape
 *     {@code [d]}
 * @param pValues two-sided p-value of each residual, shape {@code [d]}, in (0, 1]
 * @param jointPValue p-value of the most unusual latent, corrected for having looked at all, in (0,
 *     1]
 * @param reconstruction whether the frame was reconstructed, and why
 * @param reconstructionPValue p-value of the reconstruction error, upper tail, in (0, 1]; NaN if it
 *     was not
 * @param appearancePValue p-value of the static pixels' deviation, two-sided, in (0, 1]
 * @param reconstructionError mean squared pixel error, squared intensity with 1 for white; NaN if
 *     it was not reconstructed
 * @param appearanceDeviation median deviation of the static pixels from training, in units of the
 *     full range of intensity; negative when darker
 * @param details of the frame; null if the model has no model of details
 */
public record FrameStatistics(
    float[] standardized,
    float[] pValues,
    float jointPValue,
    Reconstruction reconstruction,
    float reconstructionPValue,
    float appearancePValue,
    float reconstructionError,
    float appearanceDeviation,
    @Nullable DetailStatistics details) {
  /** Statistics without details. */
  public FrameStatistics(
      float[] standardized,
      float[] pValues,
      float jointPValue,
      Reconstruction reconstruction,
      float reconstructionPValue,
      float appearancePValue,
      float reconstructionError,
      float appearanceDeviation) {
    this(
        standardized,
        pValues,
        jointPValue,
        reconstruction,
        reconstructionPValue,
        appearancePValue,
        reconstructionError,
        appearanceDeviation,
        null);
  }

  public FrameStatistics {
    if (standardized.length != pValues.length) {
      throw new IllegalArgumentException(
          "%d standardised residuals but %d p-values"
              .formatted(standardized.length, pValues.length));
    }
  }

  /** Returns a copy with the details of the frame. */
  public FrameStatistics withDetails(@Nullable DetailStatistics ofFrame) {
    return new FrameStatistics(
        standardized,
        pValues,
        jointPValue,
        reconstruction,
        reconstructionPValue,
        appearancePValue,
        reconstructionError,
        appearanceDeviation,
        ofFrame);
  }

  /** Returns true if some residuals are not known, because a variable of the model is missing. */
  public boolean isPartial() {
    for (float p : pValues) {
      if (Float.isNaN(p)) {
        return true;
      }
    }
    return false;
  }
}
