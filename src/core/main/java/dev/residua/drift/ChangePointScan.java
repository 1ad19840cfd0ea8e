package dev.residua.drift;

/**
 * Finds the sample of an interval of feature vectors at which their mean left 0, the reference's.
 *
 * <p>With {@code u} the direction of the vectors' sum over the window that alarmed, every sample
 * becomes {@code y_t = x_t . u_(-t)}, its part along that direction, with {@code u_(-t)} without
 * the sample itself (else every sample of the window would seem changed). With {@code S_k} the sum
 * of the last {@code k} samples, {@code L_k = max(0, S_k)^2 / (2 k sigma^2)} is the largest
 * logarithm of the likelihood ratio of "the last {@code k} have another mean" for normal values;
 * the estimate is the {@code k} with the largest {@code L_k}, and the interval reaches over all
 * {@code k} with {@code L_k >= max L - } {@link #DROP}.
 */
final class ChangePointScan {
  static final double COVERAGE = 0.9;

  /** Set by simulation of alarms: see src/docs/results/detectors-drift.md. */
  static final double DROP = 3;

  /** Unchanged samples from which their own spread is taken. */
  private static final int ENOUGH = 32;

  /** Last samples whose variance counts, at least. */
  private static final int RECENT = 16;

  private ChangePointScan() {}

  /**
   * @param vectors newest last, shape {@code [n][size]}, mean 0 before the change
   * @param window samples of the window that alarmed, in [1, n]
   */
  static ChangePointEstimate of(double[][] vectors, int window) {
    int n = vectors.length;
    int size = vectors[0].length;
    double[] sum = new double[size];
    for (int t = n - window; t < n; t++) {
      for (int j = 0; j < size; j++) {
        sum[j] += vectors[t][j];
      }
    }
    double[] y = new double[n];
    for (int t = 0; t < n; t++) {
      boolean inside = window > 1 && t >= n - window;
      double dot = 0;
      double norm = 0;
      for (int j = 0; j < size; j++) {
        double direction = inside ? sum[j] - vectors[t][j] : sum[j];
        dot += vectors[t][j] * direction;
        norm += direction * direction;
      }
      y[t] = norm > 0 ? dot / Math.sqrt(norm) : 0;
    }
    double variance = variance(y, window);
    double[] likelihood = new double[n + 1];
    double tail = 0;
    int best = 1;
    for (int k = 1; k <= n; k++) {
      tail += y[n - k];
      likelihood[k] = tail > 0 ? tail * tail / (2 * k * variance) : 0;
      if (likelihood[k] > likelihood[best]) {
        best = k;
      }
    }
    int low = best;
    int high = best;
    for (int k = 1; k <= n; k++) {
      if (likelihood[k] >= likelihood[best] - DROP) {
        low = Math.min(low, k);
        high = Math.max(high, k);
      }
    }
    return new ChangePointEstimate(best, low, high, COVERAGE);
  }

  /**
   * The larger of the mean squares well before the window (if there are enough samples) and the
   * variance of the last samples: a change may widen the distribution.
   */
  private static double variance(double[] y, int window) {
    int n = y.length;
    int before = n - Math.min(n, 2 * window);
    double unchanged = 0;
    for (int t = 0; t < before; t++) {
      unchanged += y[t] * y[t] / before;
    }
    int recent = Math.min(n, Math.max(window, RECENT));
    double mean = 0;
    for (int t = n - recent; t < n; t++) {
      mean += y[t] / recent;
    }
    double changed = 0;
    for (int t = n - recent; t < n; t++) {
      changed += (y[t] - mean) * (y[t] - mean) / recent;
    }
    return Math.max(1e-12, before >= ENOUGH ? Math.max(unchanged, changed) : changed);
  }
}
