package dev.residua.training.metrics;

import java.util.Arrays;

/**
 * Interventional robustness score (IRS): stability of a latent when its factor is fixed and the
 * others change. Factors are cut into 20 equal-width bins; for factor {@code g} with value {@code
 * v} the deviation of latent {@code l} is the 99 % quantile over the group of {@code |z_l - group
 * mean|}, averaged over the values; the latent's score is {@code 1 - deviation / largest deviation
 * from its mean}, for the best factor; the IRS is the mean over latents weighted by their largest
 * deviation.
 *
 * <p>Read it with care: a collapsed representation scores 1, pure noise about .35 to .40, and one
 * outlier frame in pure noise .95, since the largest deviation normalises. {@link #robust} takes
 * the 99 % quantile there too. Always publish {@link #parents} with it.
 *
 * <p>Source: Suter et al., Robustly Disentangled Causal Mechanisms, ICML 2019; convention of
 * disentanglement_lib.
 *
 * @param irs in [0, 1]
 * @param robust the score with the 99 % quantile as the largest deviation, in [0, 1]
 * @param parents number of factors that are the best one of some latent
 */
public record InterventionalRobustness(double irs, double robust, int parents) {
  private static final int BINS = 20;
  private static final double QUANTILE = 0.99;

  /**
   * Computes the scores. Latents that do not vary are left out; without any that do, all are 0. O(n
   * log n d k).
   *
   * @param factors known, shape {@code [n][k]}, {@code n >= 2}
   * @param latents learnt, shape {@code [n][d]}
   */
  public static InterventionalRobustness of(double[][] factors, double[][] latents) {
    Columns.check("IRS", factors, latents, 2);
    int k = factors[0].length;
    int d = latents[0].length;
    int n = factors.length;
    int[][] bins = new int[k][];
    for (int f = 0; f < k; f++) {
      bins[f] = bins(Columns.of(factors, f));
    }
    double weights = 0;
    double sum = 0;
    double robustWeights = 0;
    double robustSum = 0;
    boolean[] followed = new boolean[k];
    for (int l = 0; l < d; l++) {
      double[] z = Columns.of(latents, l);
      double[] deviations = deviations(z, n);
      double largest = deviations[n - 1];
      if (!(largest > 1e-12)) {
        continue;
      }
      double smallest = Double.POSITIVE_INFINITY;
      int parent = 0;
      for (int f = 0; f < k; f++) {
        double deviation = within(z, bins[f]);
        if (deviation < smallest) {
          smallest = deviation;
          parent = f;
        }
      }
      followed[parent] = true;
      sum += largest * (1 - smallest / largest);
      weights += largest;
      double usual = percentile(deviations, n, QUANTILE);
      robustSum += usual * Math.max(0, 1 - smallest / usual);
      robustWeights += usual;
    }
    int parents = 0;
    for (boolean used : followed) {
      parents += used ? 1 : 0;
    }
    return weights == 0
        ? new InterventionalRobustness(0, 0, 0)
        : new InterventionalRobustness(
            sum / weights, robustWeights == 0 ? 0 : robustSum / robustWeights, parents);
  }

  /** Mean over the bins that occur of the quantile of deviations from the bin's mean. */
  private static double within(double[] z, int[] bin) {
    double sum = 0;
    int groups = 0;
    double[] group = new double[z.length];
    for (int b = 0; b < BINS; b++) {
      int count = 0;
      for (int i = 0; i < z.length; i++) {
        if (bin[i] == b) {
          group[count++] = z[i];
        }
      }
      if (count > 0) {
        sum += percentile(deviations(group, count), count, QUANTILE);
        groups++;
      }
    }
    return sum / groups;
  }

  /** Sorted absolute deviations of the first values from their mean. */
  private static double[] deviations(double[] values, int count) {
    double mean = 0;
    for (int i = 0; i < count; i++) {
      mean += (values[i] - mean) / (i + 1);
    }
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      out[i] = Math.abs(values[i] - mean);
    }
    Arrays.sort(out);
    return out;
  }

  /** Linear interpolation between order statistics, as numpy.percentile. */
  private static double percentile(double[] sorted, int count, double q) {
    double at = q * (count - 1);
    int low = (int) at;
    int high = Math.min(count - 1, low + 1);
    return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
  }

  /** Equal-width bins over the range; all in bin 0 if the factor does not vary. */
  private static int[] bins(double[] values) {
    double low = Arrays.stream(values).min().orElse(0);
    double high = Arrays.stream(values).max().orElse(0);
    int[] bins = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      bins[i] =
          high > low ? Math.min(BINS - 1, (int) (BINS * (values[i] - low) / (high - low))) : 0;
    }
    return bins;
  }
}
