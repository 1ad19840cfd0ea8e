package dev.residua.drift;

/**
 * Upper tail of a sample as a generalised Pareto distribution by probability-weighted moments
 * (Hosking and Wallis 1987), the shape kept within [-0.5, 0.5].
 *
 * @param start largest value that is not in the tail
 * @param share part of the sample in the tail
 * @param width scale of the excess, 0 if the tail is constant
 * @param shape above 0 for heavy tails
 */
record ParetoTail(double start, double share, double width, double shape) {
  private static final double MOST = 0.5;

  /**
   * @param sorted ascending
   * @param count of values in the tail, at least 2 and below the length
   */
  static ParetoTail of(double[] sorted, int count) {
    int from = sorted.length - count;
    double start = sorted[from - 1];
    double b0 = 0;
    double b1 = 0;
    for (int i = 0; i < count; i++) {
      double excess = sorted[from + i] - start;
      b0 += excess / count;
      b1 += excess * (count - 1 - i) / (count - 1.0) / count;
    }
    double shape = b0 > 2 * b1 ? 2 - b0 / (b0 - 2 * b1) : -MOST;
    shape = Math.max(-MOST, Math.min(MOST, shape));
    // The width keeps the mean excess for any clipped shape.
    return new ParetoTail(start, (double) count / sorted.length, b0 * (1 - shape), shape);
  }

  /** The value that is exceeded with probability {@code p}, at most {@link #share}. */
  double quantile(double p) {
    double ratio = p / share;
    return Math.abs(shape) < 1e-6
        ? start - width * Math.log(ratio)
        : start + width / shape * (Math.pow(ratio, -shape) - 1);
  }
}
