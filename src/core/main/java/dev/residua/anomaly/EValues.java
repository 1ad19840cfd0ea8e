package dev.residua.anomaly;

import java.util.Arrays;

/**
 * Evidence as e-values: numbers of at least 0 whose expectation is at most 1 if nothing is wrong.
 * E-values may be averaged, and selected by {@link #select} with a bounded share of false
 * discoveries under any dependence.
 */
public final class EValues {
  private EValues() {}

  /**
   * e-value of one of {@code d} p-values for {@link #select} at level {@code fdr}: {@code (d / fdr)
   * / ceil(d H p / fdr)} with {@code H = 1 + 1/2 + ... + 1/d}, and 0 if {@code H p > fdr}. A
   * decreasing step function of integral 1, with its steps at the thresholds of the selection: no
   * other calibrator selects more at these thresholds. Selection is then that of Benjamini and
   * Yekutieli.
   *
   * <p>Source: Wang and Ramdas, False discovery rate control with e-values, JRSS B 84 (2022),
   * section 4.
   *
   * @param p in (0, 1]
   * @param d number of p-values, at least 1
   * @param fdr in (0, 1)
   */
  public static double forSelection(double p, int d, double fdr) {
    double harmonic = 0;
    for (int i = d; i >= 1; i--) {
      harmonic += 1.0 / i;
    }
    double step = Math.ceil(d * harmonic * p / fdr);
    return step > d ? 0 : d / fdr / Math.max(1, step);
  }

  /**
   * Selects by the e-BH procedure: the {@code k} largest e-values for the largest {@code k} whose
   * k-th largest is at least {@code d / (fdr k)}. The expected share of false ones among the
   * selected is at most {@code fdr}, for e-values that depend on one another in any way. O(d log
   * d).
   *
   * <p>Source: Wang and Ramdas (2022), theorem 5.1.
   *
   * @param e shape {@code [d]}, at least 0
   * @param fdr in (0, 1)
   * @return whether each is selected, shape {@code [d]}
   */
  public static boolean[] select(double[] e, double fdr) {
    int d = e.length;
    double[] sorted = e.clone();
    Arrays.sort(sorted);
    double least = Double.POSITIVE_INFINITY;
    for (int k = d; k >= 1; k--) {
      if (reaches(sorted[d - k], k, d, fdr)) {
        least = sorted[d - k];
        break;
      }
    }
    boolean[] selected = new boolean[d];
    for (int i = 0; i < d; i++) {
      selected[i] = e[i] >= least;
    }
    return selected;
  }

  /** Allows for rounding: steps of {@link #forSelection} lie exactly on the thresholds. */
  private static boolean reaches(double e, int k, int d, double fdr) {
    return e * k * fdr >= d * (1 - 1e-12);
  }
}
