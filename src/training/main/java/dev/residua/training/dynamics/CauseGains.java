package dev.residua.training.dynamics;

import dev.residua.dynamics.Memory;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.SingularMatrixException;

/**
 * Gain of a fitted equation by further causes.
 *
 * @param fitted without them
 * @param pass its innovations, with all rows
 * @param inverse of its normal matrix
 */
record CauseGains(FittedEquation fitted, InnovationPass pass, double[][] inverse) {
  /**
   * Returns an estimate of the nats per row that each candidate would gain, by one linear step
   * (score test).
   *
   * @param causes of the candidates
   * @param delays of the candidates, in steps
   */
  static double[] of(FittedEquation fitted, int[] causes, int[] delays) {
    CandidateEquation terms = fitted.terms();
    InnovationPass pass = InnovationPass.of(fitted.data(), terms, fitted.theta(), -1, -1, true);
    int p = fitted.theta().length;
    double[][] normal = new double[p][];
    for (int a = 0; a < p; a++) {
      normal[a] = pass.normal[a].clone();
      normal[a][a] += 1e-9 * pass.count;
    }
    double[][] inverse =
        new LUDecomposition(new Array2DRowRealMatrix(normal, false))
            .getSolver()
            .getInverse()
            .getData();
    CauseGains test = new CauseGains(fitted, pass, inverse);
    double[] gains = new double[causes.length];
    for (int c = 0; c < causes.length; c++) {
      double reduction = test.reduction(causes[c], delays[c]);
      gains[c] = -Math.log(Math.max(1e-6, 1 - reduction / pass.square)) / 2;
    }
    return gains;
  }

  private double reduction(int cause, int delay) {
    Memory memory = fitted.terms().memory();
    double[][] of = fitted.data().functions(cause);
    int p = inverse.length;
    double[] s = new double[SequenceBasis.BASIS];
    double[] ofError = new double[SequenceBasis.BASIS]; // derivatives of a slow error
    double[][] cross = new double[SequenceBasis.BASIS][p];
    double[][] own = new double[SequenceBasis.BASIS][SequenceBasis.BASIS];
    double[] gradient = new double[SequenceBasis.BASIS];
    for (int t = 0; t < fitted.data().rows; t++) {
      double[] row = pass.derivatives[t];
      boolean now = !memory.actsOnRate();
      if (now) {
        for (int j = 0; j < SequenceBasis.BASIS; j++) {
          s[j] = (t < delay ? Double.NaN : of[j][t - delay]) + ofError[j];
        }
      }
      if (Double.isNaN(s[0])) {
        Arrays.fill(s, now ? Double.NaN : 0); // an unknown value acts as none
      } else if (row != null) {
        for (int j = 0; j < SequenceBasis.BASIS; j++) {
          for (int a = 0; a < p; a++) {
            cross[j][a] += s[j] * row[a];
          }
          for (int k = 0; k <= j; k++) {
            own[j][k] += s[j] * s[k];
          }
          gradient[j] += s[j] * pass.errors[t];
        }
      }
      if (memory == Memory.SLOW_ERROR) {
        for (int j = 0; j < SequenceBasis.BASIS; j++) {
          double value = Double.isNaN(s[j]) ? 0 : s[j] - ofError[j];
          ofError[j] = pass.kept[t] * ofError[j] - pass.taken[t] * value;
        }
      } else if (!now) {
        for (int j = 0; j < SequenceBasis.BASIS; j++) {
          double value = t < delay ? 0 : of[j][t - delay];
          s[j] = pass.kept[t] * s[j] + value;
        }
      }
    }
    for (int j = 0; j < SequenceBasis.BASIS; j++) {
      for (int k = 0; k <= j; k++) {
        for (int a = 0; a < p; a++) {
          for (int b = 0; b < p; b++) {
            own[j][k] -= cross[j][a] * inverse[a][b] * cross[k][b];
          }
        }
        own[k][j] = own[j][k];
      }
      for (int a = 0; a < p; a++) {
        for (int b = 0; b < p; b++) {
          gradient[j] -= cross[j][a] * inverse[a][b] * pass.gradient[b];
        }
      }
      own[j][j] += 1e-9 * pass.count;
    }
    try {
      ArrayRealVector right = new ArrayRealVector(gradient, false);
      return new LUDecomposition(new Array2DRowRealMatrix(own, false))
          .getSolver()
          .solve(right)
          .dotProduct(right);
    } catch (SingularMatrixException e) {
      return 0;
    }
  }
}
