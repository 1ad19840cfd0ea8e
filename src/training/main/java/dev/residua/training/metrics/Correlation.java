package dev.residua.training.metrics;

import java.util.Arrays;

/** Correlation coefficients. */
public final class Correlation {
  private Correlation() {}

  /**
   * Pearson's correlation, in [-1, 1]; 0 if either sample does not vary. O(n).
   *
   * @throws IllegalArgumentException if the lengths differ or are below 2
   */
  public static double pearson(double[] x, double[] y) {
    check(x, y);
    return CoMoments.of(x, y).correlation();
  }

  /** Spearman's rank correlation with average ranks for ties, in [-1, 1]. O(n log n). */
  public static double spearman(double[] x, double[] y) {
    check(x, y);
    return pearson(ranks(x), ranks(y));
  }

  /** Ranks from 1, ties get their average. */
  public static double[] ranks(double[] values) {
    int n = values.length;
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, (a, b) -> Double.compare(values[a], values[b]));
    double[] ranks = new double[n];
    for (int from = 0; from < n; ) {
      int to = from;
      while (to < n && values[order[to]] == values[order[from]]) {
        to++;
      }
      for (int i = from; i < to; i++) {
        ranks[order[i]] = (from + to + 1) / 2.0;
      }
      from = to;
    }
    return ranks;
  }

  private static void check(double[] x, double[] y) {
    if (x.length != y.length || x.length < 2) {
      throw new IllegalArgumentException(
          "correlation needs two samples of the same length of at least 2 but got %d and %d"
              .formatted(x.length, y.length));
    }
  }
}
