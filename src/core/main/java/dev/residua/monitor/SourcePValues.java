package dev.residua.monitor;

import dev.residua.causal.Normal;
import dev.residua.commissioning.InnovationDistribution;
import dev.residua.commissioning.InnovationFilter;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;

/**
 * The p-values in force for a source with a calibration of its own: two-sided ranks of its
 * innovations among those that it learned from, see {@link InnovationDistribution}. They are
 * uniform for a healthy source with any location, scale, autocorrelation and distribution, up to
 * the finite number of frames learned from. Mutable, for one thread.
 */
public final class SourcePValues {
  private final InnovationDistribution distribution;
  private final InnovationFilter filter;
  private final double[] innovations;

  /** P-values of a source from its next frame on. */
  public SourcePValues(SourceCalibration calibration, InnovationDistribution distribution) {
    this.distribution = distribution;
    this.filter = new InnovationFilter(calibration);
    this.innovations = new double[calibration.latents().size()];
  }

  /**
   * Evaluates the next frame.
   *
   * @param residuals in the model's standard deviations, finite, shape {@code [d]}
   * @return p-values in (0, 1], shape {@code [d]}
   */
  public float[] next(float[] residuals) {
    filter.next(residuals, innovations);
    float[] scores = new float[innovations.length];
    for (int k = 0; k < scores.length; k++) {
      scores[k] = (float) distribution.normalScore(k, innovations[k]);
    }
    return ofScores(scores);
  }

  /** Two-sided p-values of normal scores; NaN if a score is. */
  static float[] ofScores(float[] scores) {
    float[] pValues = new float[scores.length];
    for (int k = 0; k < pValues.length; k++) {
      pValues[k] =
          Float.isNaN(scores[k])
              ? Float.NaN
              : (float) Math.max(Float.MIN_NORMAL, Normal.twoSided(Math.abs(scores[k])));
    }
    return pValues;
  }

  /**
   * Returns the joint p-value of the smallest one: exact for independent latents, and too large if
   * their normal scores are dependent and jointly normal (Sidak's inequality).
   *
   * @param pValues in (0, 1], shape {@code [d]}
   * @return in (0, 1]
   */
  public static double joint(float[] pValues) {
    double smallest = 1;
    for (float p : pValues) {
      smallest = Math.min(smallest, p);
    }
    return Math.max(Double.MIN_NORMAL, -Math.expm1(pValues.length * Math.log1p(-smallest)));
  }

  /** Returns the fewest innovations, over the latents, that the p-values of a source rest on. */
  public static int samples(SourceCalibration calibration) {
    double learned = Double.POSITIVE_INFINITY;
    for (LatentCalibration latent : calibration.latents()) {
      learned = Math.min(learned, latent.innovations());
    }
    return (int) learned;
  }
}
