package dev.residua.bench.experiment;

import dev.residua.causal.CausalGraph;

/**
 * Every latent as a linear function of its causes, by least squares; residuals are divided by their
 * standard deviation. The equations of the published method CIRCA.
 */
final class LinearEquations {
  private static final double RIDGE = 1e-6;

  private final int[][] parents;
  private final double[][] weights; // [d][p + 1], the last is the intercept
  private final double[] deviation;

  private LinearEquations(int[][] parents, double[][] weights, double[] deviation) {
    this.parents = parents;
    this.weights = weights;
    this.deviation = deviation;
  }

  static LinearEquations none() {
    return new LinearEquations(new int[0][], new double[0][], new double[0]);
  }

  /**
   * Fits on nominal frames.
   *
   * @param z latents, shape {@code [n][d]}
   */
  static LinearEquations fit(CausalGraph graph, double[][] z) {
    int d = graph.size();
    int[][] parents = new int[d][];
    double[][] weights = new double[d][];
    double[] deviation = new double[d];
    for (int i = 0; i < d; i++) {
      parents[i] = graph.parents(i);
      weights[i] = leastSquares(parents[i], i, z);
      double squares = 0;
      for (double[] row : z) {
        double residual = row[i] - predicted(parents[i], weights[i], row);
        squares += residual * residual;
      }
      deviation[i] = Math.sqrt(squares / z.length) + 1e-12;
    }
    return new LinearEquations(parents, weights, deviation);
  }

  float[] residuals(float[] observed) {
    double[] row = new double[observed.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = observed[i];
    }
    float[] residuals = new float[row.length];
    for (int i = 0; i < row.length; i++) {
      residuals[i] = (float) ((row[i] - predicted(parents[i], weights[i], row)) / deviation[i]);
    }
    return residuals;
  }

  private static double predicted(int[] parents, double[] weights, double[] row) {
    double sum = weights[parents.length];
    for (int a = 0; a < parents.length; a++) {
      sum += weights[a] * row[parents[a]];
    }
    return sum;
  }

  private static double[] leastSquares(int[] parents, int target, double[][] z) {
    int m = parents.length + 1;
    double[][] system = new double[m][m + 1];
    double[] x = new double[m];
    for (double[] row : z) {
      for (int a = 0; a < m; a++) {
        x[a] = a < parents.length ? row[parents[a]] : 1;
      }
      for (int a = 0; a < m; a++) {
        for (int b = 0; b < m; b++) {
          system[a][b] += x[a] * x[b] / z.length;
        }
        system[a][m] += x[a] * row[target] / z.length;
      }
    }
    // The matrix is positive definite, so elimination needs no pivots.
    for (int a = 0; a < m; a++) {
      system[a][a] += RIDGE;
    }
    for (int a = 0; a < m; a++) {
      for (int b = 0; b < m; b++) {
        double factor = b == a ? 0 : system[b][a] / system[a][a];
        for (int c = a; factor != 0 && c <= m; c++) {
          system[b][c] -= factor * system[a][c];
        }
      }
    }
    double[] weights = new double[m];
    for (int a = 0; a < m; a++) {
      weights[a] = system[a][m] / system[a][a];
    }
    return weights;
  }
}
