package dev.residua.training;

import java.util.Arrays;

/**
 * Normal equations of ridge regression on given features, several targets at once: {@code (P'P +
 * ridge I) w = P'y}. Centres the features; targets must be centred.
 *
 * @param featureMeans shape {@code [m]}
 * @param targetMeans shape {@code [targets]}
 * @param gram lower triangle of {@code P'P}, shape {@code [m][m]}
 * @param cross {@code P'y}, shape {@code [targets][m]}
 */
@SuppressWarnings("ArrayRecordComponent") // made once per regression
record RidgeFit(double[] featureMeans, double[] targetMeans, double[][] gram, double[][] cross) {
  /**
   * Accumulates the normal equations over some rows. O(rows m (m / 2 + targets)).
   *
   * @param features shape {@code [n][m]}
   * @param targets shape {@code [n][targets]}
   * @param rows indices of the rows to use, at least 2
   */
  static RidgeFit accumulate(double[][] features, double[][] targets, int[] rows) {
    int m = features[0].length;
    int k = targets[0].length;
    double[] featureMeans = new double[m];
    double[] targetMeans = new double[k];
    for (int row : rows) {
      for (int a = 0; a < m; a++) {
        featureMeans[a] += features[row][a];
      }
      for (int t = 0; t < k; t++) {
        targetMeans[t] += targets[row][t];
      }
    }
    for (int a = 0; a < m; a++) {
      featureMeans[a] /= rows.length;
    }
    for (int t = 0; t < k; t++) {
      targetMeans[t] /= rows.length;
    }
    double[][] gram = new double[m][m];
    double[][] cross = new double[k][m];
    double[][] centred = new double[4][m];
    for (int start = 0; start < rows.length; start += 4) {
      for (int lane = 0; lane < 4; lane++) {
        double[] into = centred[lane];
        if (start + lane < rows.length) {
          double[] from = features[rows[start + lane]];
          for (int a = 0; a < m; a++) {
            into[a] = from[a] - featureMeans[a];
          }
        } else {
          Arrays.fill(into, 0);
        }
      }
      for (int a = 0; a < m; a++) {
        addScaled(
            gram[a], a + 1, centred, centred[0][a], centred[1][a], centred[2][a], centred[3][a]);
      }
      for (int t = 0; t < k; t++) {
        double[] y = new double[4];
        for (int lane = 0; lane < 4 && start + lane < rows.length; lane++) {
          y[lane] = targets[rows[start + lane]][t] - targetMeans[t];
        }
        addScaled(cross[t], m, centred, y[0], y[1], y[2], y[3]);
      }
    }
    return new RidgeFit(featureMeans, targetMeans, gram, cross);
  }

  /** Four rank-one updates in one pass: elementwise, so that the compiler vectorises it. */
  private static void addScaled(
      double[] into, int n, double[][] rows, double f0, double f1, double f2, double f3) {
    double[] r0 = rows[0];
    double[] r1 = rows[1];
    double[] r2 = rows[2];
    double[] r3 = rows[3];
    for (int b = 0; b < n; b++) {
      into[b] += f0 * r0[b] + f1 * r1[b] + f2 * r2[b] + f3 * r3[b];
    }
  }

  Cholesky factor(double ridge) {
    return Cholesky.of(gram, ridge);
  }

  double[] weights(Cholesky factor, int target) {
    return factor.solve(cross[target]);
  }

  /** Weights of one target with only the leading features, shape {@code [leading]}. */
  double[] weights(Cholesky factor, int target, int leading) {
    return factor.solve(Arrays.copyOf(cross[target], leading));
  }

  /** The constant that {@code weights . features} lacks to predict the target. */
  double intercept(double[] weights, int target) {
    double sum = targetMeans[target];
    for (int a = 0; a < weights.length; a++) {
      sum -= weights[a] * featureMeans[a];
    }
    return sum;
  }

  static double predict(double[] weights, double intercept, double[] features) {
    double predicted = intercept;
    for (int a = 0; a < weights.length; a++) {
      predicted += weights[a] * features[a];
    }
    return predicted;
  }
}
