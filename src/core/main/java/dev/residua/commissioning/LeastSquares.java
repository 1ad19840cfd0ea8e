package dev.residua.commissioning;

/** Normal equations of an autoregression with an intercept, for all orders up to a largest one. */
final class LeastSquares {
  private final int orders;
  private final double[][] gram; // of (value, its past newest first, 1)
  private int count;

  LeastSquares(int orders) {
    this.orders = orders;
    this.gram = new double[orders + 2][orders + 2];
  }

  /** Adds value {@code t} with its {@code orders} predecessors. */
  void add(double[] y, int t) {
    for (int i = 0; i <= orders; i++) {
      for (int j = 0; j <= i; j++) {
        gram[i][j] += y[t - i] * y[t - j];
      }
      gram[orders + 1][i] += y[t - i];
    }
    count++;
  }

  LeastSquares plus(LeastSquares other) {
    LeastSquares both = new LeastSquares(orders);
    for (int i = 0; i < gram.length; i++) {
      for (int j = 0; j < gram.length; j++) {
        both.gram[i][j] = gram[i][j] + other.gram[i][j];
      }
    }
    both.count = count + other.count;
    return both;
  }

  int count() {
    return count;
  }

  /** Covariance of the values {@code i} and {@code j} frames back. */
  private double covariance(int i, int j) {
    double product = gram[Math.max(i, j)][Math.min(i, j)];
    return product / count - gram[orders + 1][i] / count * (gram[orders + 1][j] / count);
  }

  double[] coefficients(int order) {
    double[][] matrix = new double[order][order + 1];
    for (int i = 0; i < order; i++) {
      for (int j = 0; j < order; j++) {
        matrix[i][j] = covariance(i + 1, j + 1) + (i == j ? 1e-9 : 0);
      }
      matrix[i][order] = covariance(i + 1, 0);
    }
    // A covariance matrix with a ridge needs no pivots.
    for (int i = 0; i < order; i++) {
      for (int r = i + 1; r < order; r++) {
        double factor = matrix[r][i] / matrix[i][i];
        for (int j = i; j <= order; j++) {
          matrix[r][j] -= factor * matrix[i][j];
        }
      }
    }
    double[] solution = new double[order];
    for (int i = order - 1; i >= 0; i--) {
      double value = matrix[i][order];
      for (int j = i + 1; j < order; j++) {
        value -= matrix[i][j] * solution[j];
      }
      solution[i] = value / matrix[i][i];
    }
    return solution;
  }

  /** Bayes' information criterion of an order, less a constant. */
  double criterion(int order) {
    double[] fit = coefficients(order);
    double variance = covariance(0, 0);
    for (int i = 0; i < order; i++) {
      variance -= fit[i] * covariance(i + 1, 0);
    }
    return count * Math.log(Math.max(variance, 1e-12)) + order * Math.log(count);
  }
}
