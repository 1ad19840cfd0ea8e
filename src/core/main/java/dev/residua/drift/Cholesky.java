package dev.residua.drift;

/**
 * {@code L L^T} of a symmetric matrix with a ridge. Immutable. Own code because libraries refuse
 * nearly singular matrices, whose pivots are raised here, and because thresholds in bundles were
 * calibrated with exactly these bits.
 */
final class Cholesky {
  private final double[][] lower;

  private Cholesky(double[][] lower) {
    this.lower = lower;
  }

  /**
   * Factors {@code matrix + ridge I}; pivots below the ridge are raised to it.
   *
   * @param matrix shape {@code [d][d]}; only the lower triangle is read
   * @param ridge above 0
   */
  static Cholesky of(double[][] matrix, double ridge) {
    int d = matrix.length;
    double[][] lower = new double[d][d];
    for (int a = 0; a < d; a++) {
      for (int b = 0; b <= a; b++) {
        double value = matrix[a][b] + (a == b ? ridge : 0);
        for (int k = 0; k < b; k++) {
          value -= lower[a][k] * lower[b][k];
        }
        lower[a][b] = a == b ? Math.sqrt(Math.max(value, ridge)) : value / lower[b][b];
      }
    }
    return new Cholesky(lower);
  }

  double[][] lower() {
    return lower;
  }

  double logDeterminant() {
    double sum = 0;
    for (int k = 0; k < lower.length; k++) {
      sum += 2 * Math.log(lower[k][k]);
    }
    return sum;
  }

  double[] solve(double[] right) {
    int d = lower.length;
    double[] x = right.clone();
    for (int a = 0; a < d; a++) {
      for (int k = 0; k < a; k++) {
        x[a] -= lower[a][k] * x[k];
      }
      x[a] /= lower[a][a];
    }
    for (int a = d - 1; a >= 0; a--) {
      for (int k = a + 1; k < d; k++) {
        x[a] -= lower[k][a] * x[k];
      }
      x[a] /= lower[a][a];
    }
    return x;
  }

  /** {@code L^-1}, row-major, shape {@code [d * d]}. */
  float[] inverseLower() {
    int d = lower.length;
    float[] inverse = new float[d * d];
    double[] x = new double[d];
    for (int column = 0; column < d; column++) {
      for (int a = column; a < d; a++) {
        double value = a == column ? 1 : 0;
        for (int k = column; k < a; k++) {
          value -= lower[a][k] * x[k];
        }
        x[a] = value / lower[a][a];
        inverse[a * d + column] = (float) x[a];
      }
    }
    return inverse;
  }
}
