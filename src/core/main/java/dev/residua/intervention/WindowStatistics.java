package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import java.util.Arrays;

/**
 * The {@link MechanismTest}s of one window, and the moments that distinguish kinds. Rows are
 * frames, oldest first.
 *
 * @param graph of the model
 * @param observed latents, shape {@code [n][d]}
 * @param expected predictions, shape {@code [n][d]}
 * @param residuals standardised residuals, shape {@code [n][d]}
 * @param centre nominal means of the latents, shape {@code [d]}
 * @param deviation nominal standard deviations, shape {@code [d]}, above 0
 */
@SuppressWarnings("ArrayRecordComponent") // made once per window
record WindowStatistics(
    CausalGraph graph,
    float[][] observed,
    float[][] expected,
    float[][] residuals,
    double[] centre,
    double[] deviation) {
  private static final double SMALLEST_VARIANCE = 1e-8;
  private static final double LARGEST_CORRELATION = 0.999999;
  private static final double CLIP = 3;
  private static final double MIDDLE = 2.0 / 3;
  private static final double MIDDLE_NORMAL = 0.9674216; // P(|Z| <= this) = MIDDLE

  /** Value of a test in rows {@code from} to {@code from + m - 1}. O(m) or, for SHAPE, O(m p^2). */
  double value(MechanismTest test, int latent, int from, int m) {
    return switch (test) {
      case MEAN -> mean(residuals, latent, from, m);
      case VARIANCE -> Math.log(variance(residuals, latent, from, m) + SMALLEST_VARIANCE);
      case DEPENDENCE ->
          atanh(correlation(column(residuals, latent, from, m), column(expected, latent, from, m)));
      case SHAPE -> shape(column(residuals, latent, from, m), latent, from, m);
      case LARGEST -> {
        double largest = 0;
        for (int t = from; t < from + m; t++) {
          largest = Math.max(largest, Math.abs(residuals[t][latent]));
        }
        yield largest;
      }
    };
  }

  /** As {@link MechanismTest#SHAPE}, of the latent itself in place of its residual. */
  double followsCauses(int latent, int from, int m) {
    return shape(column(observed, latent, from, m), latent, from, m);
  }

  /** {@code atanh r} of the latent itself and its prediction. */
  double followsPrediction(int latent, int from, int m) {
    return atanh(correlation(column(observed, latent, from, m), column(expected, latent, from, m)));
  }

  /** Standard deviation of a latent over its nominal one. */
  double spread(int latent, int from, int m) {
    return Math.sqrt(variance(observed, latent, from, m)) / deviation[latent];
  }

  double meanObserved(int latent, int from, int m) {
    return mean(observed, latent, from, m);
  }

  /** Mean of the part that the causes do not explain, in the unit of the latent. */
  double meanResidual(int latent, int from, int m) {
    return mean(observed, latent, from, m) - mean(expected, latent, from, m);
  }

  /** Mean of the residual over its standard error in this window. */
  double studentized(int latent, int from, int m) {
    return mean(residuals, latent, from, m)
        / Math.sqrt((variance(residuals, latent, from, m) + SMALLEST_VARIANCE) / m);
  }

  /**
   * Variance of a normal residual whose sizes are below their 2/3 quantile as often as here. The
   * largest third does not matter.
   */
  double middleVariance(int latent, int from, int m) {
    double[] sizes = column(residuals, latent, from, m);
    for (int t = 0; t < m; t++) {
      sizes[t] = Math.abs(sizes[t]);
    }
    Arrays.sort(sizes);
    double deviation = sizes[(int) (MIDDLE * (m - 1))] / MIDDLE_NORMAL;
    return deviation * deviation + SMALLEST_VARIANCE;
  }

  /** Slope of the latent on its prediction by least squares, 1 nominally; NaN if that is still. */
  double slope(int latent, int from, int m) {
    double[] x = column(expected, latent, from, m);
    double[] y = column(observed, latent, from, m);
    double meanX = Arrays.stream(x).average().orElse(0);
    double meanY = Arrays.stream(y).average().orElse(0);
    double xy = 0;
    double xx = 0;
    for (int t = 0; t < m; t++) {
      xy += (x[t] - meanX) * (y[t] - meanY);
      xx += (x[t] - meanX) * (x[t] - meanX);
    }
    return xx > m * SMALLEST_VARIANCE ? xy / xx : Double.NaN;
  }

  private double shape(double[] y, int latent, int from, int m) {
    int[] parents = graph.parents(latent);
    double[][] u = new double[parents.length][m];
    for (int a = 0; a < parents.length; a++) {
      for (int t = 0; t < m; t++) {
        double z = (observed[from + t][parents[a]] - centre[parents[a]]) / deviation[parents[a]];
        u[a][t] = Math.max(-CLIP, Math.min(CLIP, z));
      }
    }
    double largest = 0;
    double[] feature = new double[m];
    for (int a = 0; a < parents.length; a++) {
      largest = Math.max(largest, Math.abs(correlation(y, u[a])));
      for (int b = 0; b <= a; b++) {
        for (int t = 0; t < m; t++) {
          feature[t] = u[a][t] * u[b][t];
        }
        largest = Math.max(largest, Math.abs(correlation(y, feature)));
      }
    }
    return atanh(largest);
  }

  private static double[] column(float[][] rows, int latent, int from, int m) {
    double[] column = new double[m];
    for (int t = 0; t < m; t++) {
      column[t] = rows[from + t][latent];
    }
    return column;
  }

  private static double mean(float[][] rows, int latent, int from, int m) {
    double sum = 0;
    for (int t = from; t < from + m; t++) {
      sum += rows[t][latent];
    }
    return sum / m;
  }

  static double variance(float[][] rows, int latent, int from, int m) {
    double mean = mean(rows, latent, from, m);
    double sum = 0;
    for (int t = from; t < from + m; t++) {
      sum += (rows[t][latent] - mean) * (rows[t][latent] - mean);
    }
    return sum / (m - 1);
  }

  /** Correlation, 0 if either does not vary. */
  private static double correlation(double[] x, double[] y) {
    double meanX = 0;
    double meanY = 0;
    for (int t = 0; t < x.length; t++) {
      meanX += x[t] / x.length;
      meanY += y[t] / x.length;
    }
    double xx = 0;
    double yy = 0;
    double xy = 0;
    for (int t = 0; t < x.length; t++) {
      xx += (x[t] - meanX) * (x[t] - meanX);
      yy += (y[t] - meanY) * (y[t] - meanY);
      xy += (x[t] - meanX) * (y[t] - meanY);
    }
    double floor = x.length * SMALLEST_VARIANCE;
    return xx > floor && yy > floor ? xy / Math.sqrt(xx * yy) : 0;
  }

  private static double atanh(double r) {
    double bounded = Math.max(-LARGEST_CORRELATION, Math.min(LARGEST_CORRELATION, r));
    return 0.5 * Math.log((1 + bounded) / (1 - bounded));
  }
}
