package dev.residua.training;

/**
 * Symmetric positive definite systems of a few hundred unknowns. Own code because of its speed and
 * bits: rows are packed and dot products have four sums, so that the compiler vectorises them; the
 * leading block solves the smaller systems of a model selection without another factorisation; and
 * graphs and equations of a seed depend on the order of the sums. The drift detector's class of the
 * same name raises small pivots instead of failing, and thresholds in bundles depend on its order.
 */
final class Cholesky {
  private final double[][] lower;

  private Cholesky(double[][] lower) {
    this.lower = lower;
  }

  /**
   * Factor of {@code gram + ridge I}. O(m^3 / 3).
   *
   * @param gram symmetric, only the lower triangle is read, shape {@code [m][>= row + 1]}
   * @throws ArithmeticException if the matrix is not positive definite
   */
  static Cholesky of(double[][] gram, double ridge) {
    int m = gram.length;
    double[][] lower = new double[m][];
    double[] work = new double[m];
    for (int i = 0; i < m; i++) {
      System.arraycopy(gram[i], 0, work, 0, i + 1);
      double[] row = new double[i + 1];
      for (int j = 0; j < i; j++) {
        double value = (work[j] - dot(row, lower[j], j)) / lower[j][j];
        row[j] = value;
      }
      double pivot = work[i] + ridge - dot(row, row, i);
      if (!(pivot > 0)) {
        throw new ArithmeticException(
            "matrix is not positive definite: pivot %d is %s with ridge %s"
                .formatted(i, pivot, ridge));
      }
      row[i] = Math.sqrt(pivot);
      lower[i] = row;
    }
    return new Cholesky(lower);
  }

  /**
   * Solves for one right-hand side; the argument is kept. A shorter right-hand side solves the
   * system of the leading unknowns, whose factor is the leading block of this one. O(k^2).
   *
   * @param right shape {@code [k]}, {@code k <= m}
   */
  double[] solve(double[] right) {
    double[] x = right.clone();
    int k = x.length;
    for (int i = 0; i < k; i++) {
      x[i] = (x[i] - dot(lower[i], x, i)) / lower[i][i];
    }
    for (int i = k - 1; i >= 0; i--) {
      double value = x[i] / lower[i][i];
      x[i] = value;
      double[] row = lower[i];
      for (int j = 0; j < i; j++) {
        x[j] -= row[j] * value;
      }
    }
    return x;
  }

  private static double dot(double[] a, double[] b, int n) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < n; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < n; i++) {
      s0 += a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
