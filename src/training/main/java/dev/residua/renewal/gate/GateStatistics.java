package dev.residua.renewal.gate;

import java.util.Arrays;
import java.util.SplittableRandom;

/** The statistical tests of the gate. */
final class GateStatistics {
  private static final int MAX_LAG = 512;

  private GateStatistics() {}

  /**
   * Probability that a Kolmogorov-Smirnov distance is at least {@code distance} if the distribution
   * is right: {@code Q(l) = 2 sum_k (-1)^(k-1) exp(-2 k^2 l^2)} with {@code l = (sqrt(n) + 0.12 +
   * 0.11 / sqrt(n)) distance}. Error below 0.01 in {@code l} for {@code n >= 4}.
   *
   * <p>Source: Stephens, Journal of the Royal Statistical Society B 32 (1970), table 1.
   *
   * @param n independent observations, at least 1; for two samples {@code n m / (n + m)}
   * @return in [0, 1]
   */
  static double kolmogorovTail(double distance, double n) {
    double root = Math.sqrt(n);
    double lambda = (root + 0.12 + 0.11 / root) * distance;
    if (lambda < 0.2) {
      return 1; // the series settles slowly there, at 1 to twelve digits
    }
    double sum = 0;
    for (int k = 1; k <= 100; k++) {
      double term = Math.exp(-2.0 * k * k * lambda * lambda);
      sum += k % 2 == 1 ? term : -term;
    }
    return Math.max(0, Math.min(1, 2 * sum));
  }

  /**
   * Integrated autocorrelation time {@code tau = 1 + 2 sum_k rho_k}: the mean of {@code n} values
   * varies as much as that of {@code n / tau} independent ones. The sum ends before the first two
   * neighbouring autocorrelations whose sum is not positive (the initial positive sequence), at lag
   * 512 at the latest.
   *
   * <p>Source: Geyer, Practical Markov Chain Monte Carlo, Statistical Science 7 (1992), section
   * 3.3.
   *
   * @param values sequence after sequence, shape {@code [n]}; products across two sequences do not
   *     count
   * @param lengths frames of each sequence
   * @return in [1, n]; 1 if the values do not vary
   */
  static double autocorrelationTime(double[] values, int[] lengths) {
    int n = values.length;
    double mean = Arrays.stream(values).average().orElse(0);
    double zero = autocovariance(values, lengths, mean, 0);
    if (!(zero > 0)) {
      return 1;
    }
    int lags = Math.min(MAX_LAG, Arrays.stream(lengths).max().orElse(0) - 1);
    double tau = -1;
    for (int k = 0; k < lags; k += 2) {
      double pair =
          (k == 0 ? zero : autocovariance(values, lengths, mean, k))
              + autocovariance(values, lengths, mean, k + 1);
      if (pair <= 0) {
        break;
      }
      tau += 2 * pair / zero;
    }
    return Math.max(1, Math.min(n, tau));
  }

  private static double autocovariance(double[] values, int[] lengths, double mean, int lag) {
    double sum = 0;
    int start = 0;
    for (int length : lengths) {
      for (int i = start; i + lag < start + length; i++) {
        sum += (values[i] - mean) * (values[i + lag] - mean);
      }
      start += length;
    }
    return sum / values.length;
  }

  /**
   * Interval of {@code mean(numerator) / mean(denominator)} of paired series by the moving-block
   * bootstrap: blocks of frames, drawn with replacement and within sequences, keep the dependence
   * between neighbours and between the two series. Percentile interval; equal series give exactly
   * [1, 1].
   *
   * <p>Source: Künsch, The jackknife and the bootstrap for general stationary observations, Annals
   * of Statistics 17 (1989), section 2. O(samples n / block).
   *
   * @param lengths frames of each sequence
   * @param block frames of a block; a shorter sequence is one block
   * @param tail probability on either side, in (0, 0.5)
   * @param samples resamples, at least {@code 1 / tail}
   * @return lower and upper end
   */
  static double[] ratioInterval(
      float[] numerator,
      float[] denominator,
      int[] lengths,
      int block,
      double tail,
      int samples,
      long seed) {
    int n = numerator.length;
    double[] above = cumulative(numerator);
    double[] below = cumulative(denominator);
    int[] starts = new int[n];
    int[] ends = new int[n];
    int count = 0;
    int first = 0;
    for (int length : lengths) {
      int size = Math.min(block, length);
      for (int i = first; i + size <= first + length; i++) {
        starts[count] = i;
        ends[count++] = i + size;
      }
      first += length;
    }
    SplittableRandom random = new SplittableRandom(seed);
    double[] ratios = new double[samples];
    for (int b = 0; b < samples; b++) {
      double over = 0;
      double under = 0;
      for (int drawn = 0; drawn < n; ) {
        int k = random.nextInt(count);
        over += above[ends[k]] - above[starts[k]];
        under += below[ends[k]] - below[starts[k]];
        drawn += ends[k] - starts[k];
      }
      ratios[b] = over / under;
    }
    Arrays.sort(ratios);
    int cut = Math.min(samples / 2, (int) Math.floor(tail * samples));
    return new double[] {ratios[cut], ratios[samples - 1 - cut]};
  }

  private static double[] cumulative(float[] values) {
    double[] sums = new double[values.length + 1];
    for (int i = 0; i < values.length; i++) {
      sums[i + 1] = sums[i] + values[i];
    }
    return sums;
  }

  /**
   * Smallest {@code c} with {@code P(N > c) <= tail} for a Poisson number {@code N}.
   *
   * @param mean in [0, 500]
   * @param tail in (0, 1)
   */
  static int poissonBound(double mean, double tail) {
    double term = Math.exp(-mean);
    double sum = term;
    int c = 0;
    while (1 - sum > tail) {
      c++;
      term *= mean / c;
      sum += term;
      if (term < 1e-18 && c > mean) {
        break;
      }
    }
    return c;
  }

  /**
   * One-sided sign test, which on pairs that differ is McNemar's: probability of at least {@code
   * wins} heads in {@code wins + losses} throws of a fair coin. 1 without any throw.
   *
   * <p>Source: McNemar, Psychometrika 12 (1947), in its exact form.
   */
  static double signTest(int wins, int losses) {
    if (wins == 0) {
      return 1;
    }
    int n = wins + losses;
    double logHalf = n * Math.log(0.5);
    double sum = 0;
    double logChoose = 0; // of n over k, for k from n downwards
    for (int k = n; k >= wins; k--) {
      sum += Math.exp(logChoose + logHalf);
      logChoose += Math.log(k) - Math.log(n - k + 1.0);
    }
    return Math.min(1, sum);
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }
}
