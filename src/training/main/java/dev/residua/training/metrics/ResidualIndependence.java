package dev.residua.training.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Measures of the dependence between residuals, without known factors.
 *
 * @param mmd unbiased squared MMD between the standardised residuals and a copy whose coordinates
 *     are permuted independently; near 0, either sign, when they are independent
 * @param distanceCorrelation largest distance correlation over pairs, in [0, 1]; positive by chance
 *     (about .05 at 800 rows)
 * @param pairwise distance correlation of every pair, shape {@code [d][d]}, 1 on the diagonal
 */
public record ResidualIndependence(double mmd, double distanceCorrelation, double[][] pairwise) {
  private static final double[] SCALES = {0.1, 0.2, 0.5, 1, 2, 5, 10};

  /**
   * Measures independence. O(rows^2 d^2).
   *
   * @param residuals shape {@code [n][d]}, {@code n >= 20}
   * @param maxRows rows used; more are thinned evenly
   * @param seed of the permutations
   */
  public static ResidualIndependence of(double[][] residuals, int maxRows, long seed) {
    if (residuals.length < 20) {
      throw new IllegalArgumentException(
          "residual independence needs at least 20 rows but got " + residuals.length);
    }
    Columns.checkFinite("residual independence", residuals);
    double[][] rows = Columns.standardized(Columns.thinned(residuals, maxRows));
    int n = rows.length;
    int d = rows[0].length;
    SplittableRandom random = new SplittableRandom(seed);
    double[][] permuted = new double[n][d];
    for (int k = 0; k < d; k++) {
      int[] order = Columns.permutation(n, random);
      for (int i = 0; i < n; i++) {
        permuted[i][k] = rows[order[i]][k];
      }
    }
    double largest = 0;
    double[][] pairwise = new double[d][d];
    for (int a = 0; a < d; a++) {
      pairwise[a][a] = 1;
      for (int b = 0; b < a; b++) {
        double value = distanceCorrelation(Columns.of(rows, a), Columns.of(rows, b));
        pairwise[a][b] = value;
        pairwise[b][a] = value;
        largest = Math.max(largest, value);
      }
    }
    return new ResidualIndependence(mmd(rows, permuted), largest, pairwise);
  }

  /**
   * Largest distance correlation over pairs but those of two columns that are left out: categories
   * with an unobserved common cause depend on one another although no mechanism is broken.
   *
   * @param dependent true for each column that is left out, shape {@code [d]}
   * @return 0 if no pair is left
   */
  public double largestBut(boolean[] dependent) {
    double largest = 0;
    for (int a = 0; a < pairwise.length; a++) {
      for (int b = 0; b < a; b++) {
        if (!(dependent[a] && dependent[b])) {
          largest = Math.max(largest, pairwise[a][b]);
        }
      }
    }
    return largest;
  }

  /**
   * Unbiased estimate of the squared MMD under the sum of inverse multiquadric kernels {@code C /
   * (C + |x - y|^2)}, {@code C = 2 d s} for {@code s} in 0.1, 0.2, 0.5, 1, 2, 5, 10.
   *
   * <p>Source: Gretton et al., A Kernel Two-Sample Test, JMLR 13 (2012), Lemma 6; kernel of
   * Tolstikhin et al., Wasserstein Auto-Encoders, ICLR 2018.
   *
   * @param x shape {@code [n][d]}, {@code n >= 2}
   * @param y shape {@code [m][d]}, {@code m >= 2}
   * @return at most {@code 2 * 7}; near zero, either sign, when the distributions agree. O((n +
   *     m)^2 d)
   */
  public static double mmd(double[][] x, double[][] y) {
    if (x.length < 2 || y.length < 2 || x[0].length != y[0].length) {
      throw new IllegalArgumentException(
          "MMD needs two samples of the same width with at least 2 rows but got %d and %d rows"
              .formatted(x.length, y.length));
    }
    double n = x.length;
    double m = y.length;
    return within(x) / (n * (n - 1)) + within(y) / (m * (m - 1)) - 2 * across(x, y) / (n * m);
  }

  private static double within(double[][] x) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < i; j++) {
        sum += 2 * kernel(x[i], x[j]);
      }
    }
    return sum;
  }

  private static double across(double[][] x, double[][] y) {
    double sum = 0;
    for (double[] a : x) {
      for (double[] b : y) {
        sum += kernel(a, b);
      }
    }
    return sum;
  }

  private static double kernel(double[] a, double[] b) {
    double distance = 0;
    for (int k = 0; k < a.length; k++) {
      distance += (a[k] - b[k]) * (a[k] - b[k]);
    }
    double sum = 0;
    for (double scale : SCALES) {
      double c = 2 * a.length * scale;
      sum += c / (c + distance);
    }
    return sum;
  }

  /**
   * Distance correlation of two samples (the biased V-statistic), in [0, 1]; 0 if either does not
   * vary. O(n^2) time and memory for one row.
   *
   * <p>Source: Székely, Rizzo and Bakirov, Annals of Statistics 35 (2007), definition 5.
   */
  public static double distanceCorrelation(double[] x, double[] y) {
    int n = x.length;
    double[] meanX = meanDistances(x);
    double[] meanY = meanDistances(y);
    double allX = Arrays.stream(meanX).average().orElse(0);
    double allY = Arrays.stream(meanY).average().orElse(0);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double a = Math.abs(x[i] - x[j]) - meanX[i] - meanX[j] + allX;
        double b = Math.abs(y[i] - y[j]) - meanY[i] - meanY[j] + allY;
        xy += a * b;
        xx += a * a;
        yy += b * b;
      }
    }
    return xx > 0 && yy > 0 ? Math.sqrt(Math.max(0, xy / Math.sqrt(xx * yy))) : 0;
  }

  static double[] meanDistances(double[] x) {
    double[] means = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double sum = 0;
      for (double value : x) {
        sum += Math.abs(x[i] - value);
      }
      means[i] = sum / x.length;
    }
    return means;
  }
}
