package dev.residua.commissioning;

/**
 * Test for one change of level in a series of block values: the largest two-sample t over all
 * places of the change, with the variance pooled within both parts, so that a change does not hide
 * itself.
 */
final class ChangePoints {
  /** Blocks that a window is cut into. */
  static final int BLOCKS = 16;

  /** Min blocks on either side of a change. */
  private static final int EDGE = 2;

  /** Fewest values of a series. */
  private static final int FEWEST = 8;

  /**
   * Exceeded by one in 10,000 series of independent normal values, by their number from {@link
   * #FEWEST}: simulated, see ChangePointsTest. A window is looked at some twenty times while it
   * grows.
   */
  private static final double[] QUANTILES = {12, 10.4, 9.3, 8.6, 8.1, 7.7, 7.3, 7.1, 7};

  /** Blocks of few effective samples are slightly correlated. */
  private static final double CORRELATION = 1.1;

  private ChangePoints() {}

  /**
   * @param at blocks before the change
   * @param t largest t statistic, at least 0
   * @param difference mean after the change less the mean before it, in units of the values
   * @param significant whether the statistic is above {@link #critical}
   */
  record Change(int at, double t, double difference, boolean significant) {}

  /** Critical value of the largest t of a number of values. */
  static double critical(int values) {
    return CORRELATION * QUANTILES[values - FEWEST];
  }

  /**
   * @param values shape {@code [n]}, 8 to {@link #BLOCKS}
   */
  static Change largest(double[] values) {
    int n = values.length;
    double total = 0;
    for (double value : values) {
      total += value;
    }
    int at = n / 2;
    double best = 0;
    double difference = 0;
    double before = 0;
    for (int k = 1; k <= n - EDGE; k++) {
      before += values[k - 1];
      if (k < EDGE) {
        continue;
      }
      double left = before / k;
      double right = (total - before) / (n - k);
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double deviation = values[i] - (i < k ? left : right);
        squares += deviation * deviation;
      }
      double error = Math.sqrt(squares / (n - 2) * (1.0 / k + 1.0 / (n - k)));
      double t = Math.abs(right - left) / Math.max(error, 1e-9 * Math.abs(right - left) + 1e-300);
      if (t > best) {
        at = k;
        best = t;
        difference = right - left;
      }
    }
    return new Change(at, best, difference, best > critical(n));
  }
}
