package dev.residua.training.metrics;

/**
 * Means of two samples, and the sums of squares and of products of their deviations, by Welford's
 * recurrence.
 *
 * @param meanX mean of the first sample
 * @param meanY mean of the second
 * @param xx sum of the squared deviations of the first from its mean
 * @param yy sum of those of the second
 * @param xy sum of the products of both deviations
 */
public record CoMoments(double meanX, double meanY, double xx, double yy, double xy) {
  /**
   * Those of two samples of the same length. O(n).
   *
   * @throws ArrayIndexOutOfBoundsException if the second is shorter
   */
  public static CoMoments of(double[] x, double[] y) {
    double meanX = 0;
    double meanY = 0;
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - meanX;
      double dy = y[i] - meanY;
      meanX += dx / (i + 1);
      meanY += dy / (i + 1);
      xx += dx * (x[i] - meanX);
      yy += dy * (y[i] - meanY);
      xy += dx * (y[i] - meanY);
    }
    return new CoMoments(meanX, meanY, xx, yy, xy);
  }

  /** Returns true if both samples vary. */
  public boolean vary() {
    return xx > 0 && yy > 0;
  }

  /** Pearson's correlation, in [-1, 1]; 0 if a sample does not vary. */
  public double correlation() {
    return vary() ? Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy))) : 0;
  }
}
