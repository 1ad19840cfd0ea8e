package dev.residua.training;

import dev.residua.training.metrics.Columns;
import java.util.Arrays;

/**
 * Spread of a disturbance of one mechanism over the residuals: {@code residual = T noise} with both
 * standardised, by least squares. {@code T} is diagonal if equations and coordinates are right;
 * otherwise a broken mechanism affects residuals of other latents too.
 *
 * @param matrix {@code T[i][j]}: shift of the residual of factor {@code i}, in its standard
 *     deviations, for a shift of the noise of factor {@code j} by one of its own, shape {@code
 *     [k][k]}
 * @param leakage {@code max_i sum_(j != i) |T_ij| / |T_ii|}, at least 0: below 1 the largest
 *     residual is always at the broken mechanism; infinite if a residual does not follow its own
 *     noise
 */
public record Monitorability(double[][] matrix, double leakage) {
  /**
   * Estimates the matrix. O(n k^2).
   *
   * @param residuals of the latents that match the factors, in the order of the factors, shape
   *     {@code [n][k]}, {@code n >= 50}
   * @param noises true noises; of a factor without causes its own value, shape {@code [n][k]}
   * @throws IllegalArgumentException if shapes differ, rows are too few
   */
  public static Monitorability of(double[][] residuals, double[][] noises) {
    int n = residuals.length;
    if (noises.length != n || n < 50 || residuals[0].length != noises[0].length) {
      throw new IllegalArgumentException(
          "monitorability needs at least 50 rows of residuals and as many of noises but got %d and %d"
              .formatted(n, noises.length));
    }
    int k = noises[0].length;
    double[][] x = Columns.standardized(noises);
    double[][] y = Columns.standardized(residuals);
    int[] rows = new int[n];
    Arrays.setAll(rows, i -> i);
    RidgeFit fit = RidgeFit.accumulate(x, y, rows);
    Cholesky factor = fit.factor(1e-9 * n);
    double[][] matrix = new double[k][];
    double leakage = 0;
    for (int i = 0; i < k; i++) {
      matrix[i] = fit.weights(factor, i);
      double others = 0;
      for (int j = 0; j < k; j++) {
        others += j == i ? 0 : Math.abs(matrix[i][j]);
      }
      double own = Math.abs(matrix[i][i]);
      leakage = Math.max(leakage, own > 0 ? others / own : Double.POSITIVE_INFINITY);
    }
    return new Monitorability(matrix, leakage);
  }
}
