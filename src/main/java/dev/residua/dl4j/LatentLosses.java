package dev.residua.dl4j;

/**
 * Losses of the encoder's own outputs with their gradients, which are added to the arrays given.
 * All arrays are {@code [rows, width]} row-major.
 */
final class LatentLosses {
  private LatentLosses() {}

  /**
   * Mean squared error over the labels that are known.
   *
   * @param latents {@code [batch, d]}
   * @param firstRow row of {@code latents} that the first label is of
   * @param labels {@code [labelled, factors]}, standardised; not read where they do not count
   * @param counts what each label counts for, 0 where it is unknown; sums to 1
   * @param weight of the error in the loss
   * @param gradient by {@code latents}
   */
  static double labels(
      double[] latents,
      int d,
      int firstRow,
      double[] labels,
      double[] counts,
      int factors,
      double weight,
      double[] gradient) {
    double error = 0;
    for (int k = 0; k < labels.length; k++) {
      if (counts[k] > 0) {
        int at = (firstRow + k / factors) * d + k % factors;
        double difference = latents[at] - labels[k];
        error += counts[k] * difference * difference;
        gradient[at] += 2 * weight * counts[k] * difference;
      }
    }
    return error;
  }

  /** Draws {@code mean + exp(logVariance / 2) noise}. */
  static double[] sample(double[] mean, double[] logVariance, double[] noise) {
    double[] z = new double[mean.length];
    for (int k = 0; k < z.length; k++) {
      z[k] = mean[k] + Math.exp(0.5 * logVariance[k]) * noise[k];
    }
    return z;
  }

  /** Passes a gradient by {@link #sample} on to the log variances; by the mean it is the same. */
  static void sampleBackward(
      double[] bySample, double[] logVariance, double[] noise, double[] byLogVariance) {
    for (int k = 0; k < bySample.length; k++) {
      byLogVariance[k] += bySample[k] * noise[k] * 0.5 * Math.exp(0.5 * logVariance[k]);
    }
  }

  /**
   * Divergence of the encoder's distributions from N(0, I), {@code sum_i (mean^2 + exp(logVariance)
   * - 1 - logVariance) / 2}, mean over the rows (Kingma and Welling, ICLR 2014, appendix B).
   *
   * @param weight of the divergence in the loss
   */
  static double divergence(
      double[] mean,
      double[] logVariance,
      int rows,
      double weight,
      double[] byMean,
      double[] byLogVariance) {
    double sum = 0;
    for (int k = 0; k < mean.length; k++) {
      double variance = Math.exp(logVariance[k]);
      sum += 0.5 * (mean[k] * mean[k] + variance - 1 - logVariance[k]);
      byMean[k] += weight * mean[k] / rows;
      byLogVariance[k] += weight * 0.5 * (variance - 1) / rows;
    }
    return sum / rows;
  }
}
