package dev.residua.training.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Test of the independence of several columns by the Hilbert-Schmidt independence criterion (HSIC).
 *
 * @param largest largest normalised HSIC over pairs of columns, in [0, 1]; above 0 by chance
 * @param pValue share of random re-pairings of all columns whose largest value reaches it, in (0,
 *     1]; it accounts for the number of pairs
 */
public record HilbertSchmidt(double largest, double pValue) {
  /**
   * Tests columns for pairwise independence. Every permutation shuffles each column on its own, so
   * the largest value over all pairs has one null distribution. O(permutations n^2 d^2): a second
   * for 300 rows, 4 columns and 500 permutations.
   *
   * @param rows shape {@code [n][d]}, {@code n >= 20}, {@code d >= 2}, independent over rows:
   *     autocorrelated ones reject too often
   * @param maxRows rows used; more are thinned evenly
   * @param permutations at least 1; the smallest p-value is {@code 1 / (permutations + 1)}
   */
  public static HilbertSchmidt of(double[][] rows, int maxRows, int permutations, long seed) {
    if (rows.length < 20 || rows[0].length < 2) {
      throw new IllegalArgumentException(
          "HSIC needs at least 20 rows of 2 columns but got %d rows".formatted(rows.length));
    }
    Columns.checkFinite("HSIC", rows);
    double[][] used = Columns.thinned(rows, maxRows);
    int n = used.length;
    int d = used[0].length;
    double[][][] kernels = new double[d][][];
    double[] norms = new double[d];
    for (int k = 0; k < d; k++) {
      kernels[k] = centredKernel(Columns.of(used, k));
      norms[k] = Math.sqrt(product(kernels[k], kernels[k]));
    }
    int[][] orders = new int[d][n];
    for (int[] order : orders) {
      Arrays.setAll(order, i -> i);
    }
    double largest = largest(kernels, norms, orders);
    SplittableRandom random = new SplittableRandom(seed);
    int reached = 1;
    for (int p = 0; p < permutations; p++) {
      // The first column may keep its order, as only pairings matter.
      for (int k = 1; k < d; k++) {
        orders[k] = Columns.permutation(n, random);
      }
      reached += largest(kernels, norms, orders) >= largest ? 1 : 0;
    }
    return new HilbertSchmidt(largest, reached / (permutations + 1.0));
  }

  private static double largest(double[][][] kernels, double[] norms, int[][] orders) {
    double largest = 0;
    for (int a = 0; a < norms.length; a++) {
      for (int b = 0; b < a; b++) {
        double norm = norms[a] * norms[b];
        if (norm > 0) {
          largest = Math.max(largest, product(kernels[a], kernels[b], orders[a], orders[b]) / norm);
        }
      }
    }
    return largest;
  }

  /**
   * Normalised HSIC of two samples, {@code tr(HKHL) / sqrt(tr(HKHK) tr(HLHL))} with Gaussian
   * kernels {@code exp(-(a - b)^2 / (2 m^2))}, {@code m} the median distance between different
   * rows, and {@code H} the centring matrix; the biased V-statistic, in [0, 1], 0 if either sample
   * does not vary. O(n^2 log n).
   *
   * <p>Source: Gretton et al., Measuring Statistical Dependence with Hilbert-Schmidt Norms, ALT
   * 2005, equation 9; normalised as in Cortes et al., JMLR 13 (2012).
   */
  public static double normalized(double[] x, double[] y) {
    double[][] k = centredKernel(x);
    double[][] l = centredKernel(y);
    double norm = Math.sqrt(product(k, k) * product(l, l));
    return norm > 0 ? product(k, l) / norm : 0;
  }

  private static double product(double[][] k, double[][] l) {
    int[] same = new int[k.length];
    Arrays.setAll(same, i -> i);
    return product(k, l, same, same);
  }

  /** Sum over cells of one symmetric matrix times the other, each reordered. */
  private static double product(double[][] k, double[][] l, int[] orderK, int[] orderL) {
    double sum = 0;
    for (int i = 0; i < k.length; i++) {
      double[] rowK = k[orderK[i]];
      double[] rowL = l[orderL[i]];
      for (int j = 0; j < i; j++) {
        sum += 2 * rowK[orderK[j]] * rowL[orderL[j]];
      }
      sum += rowK[orderK[i]] * rowL[orderL[i]];
    }
    return sum;
  }

  private static double[][] centredKernel(double[] x) {
    int n = x.length;
    double[] distances = new double[n * (n - 1) / 2];
    for (int i = 0, at = 0; i < n; i++) {
      for (int j = 0; j < i; j++) {
        distances[at++] = Math.abs(x[i] - x[j]);
      }
    }
    Arrays.sort(distances);
    int middle = distances.length / 2;
    double median =
        distances.length % 2 == 1
            ? distances[middle]
            : (distances[middle - 1] + distances[middle]) / 2;
    double width = median > 0 ? median : 1;
    double[][] kernel = new double[n][n];
    if (distances[distances.length - 1] == 0) {
      return kernel;
    }
    double[] means = new double[n];
    double all = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double distance = (x[i] - x[j]) / width;
        kernel[i][j] = Math.exp(-distance * distance / 2);
        means[i] += kernel[i][j] / n;
      }
      all += means[i] / n;
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        kernel[i][j] += all - means[i] - means[j];
      }
    }
    return kernel;
  }
}
