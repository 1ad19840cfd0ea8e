package dev.residua.training.dynamics;

import dev.residua.dynamics.SmoothFunction;
import java.util.Arrays;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;

/**
 * Readings of a sequence in units of their scale, and the smooth functions of them that equations
 * are fitted with: every effect is a sum of {@link #BASIS} functions of a cause, and that of the
 * own state one of {@link #OWN}. Nobody changes its arrays; safe for several threads.
 */
final class SequenceBasis {
  private static final double[] KNOTS = {5, 35, 65, 95}; // per cent of the readings

  /** Functions of a cause; the first one is a straight line. */
  static final int BASIS = KNOTS.length - 1;

  /** Knots of the effect of the own state: errors of its outer parts become a slow bias. */
  private static final double[] OWN_KNOTS = {1, 50, 99};

  /** Functions of the own state. */
  static final int OWN = OWN_KNOTS.length - 1;

  final double stepSeconds;
  final int rows;
  final double[][] readings; // [variable][row], divided by the scale
  final double[] scale;
  final double[][] knots; // [variable][knot], in units of the readings
  final double[][] ownKnots; // [variable][knot], in units of the readings
  private final double[][][] basis; // [variable][function][row]

  /**
   * @throws IllegalArgumentException if a variable has too few different readings
   */
  SequenceBasis(RegularSequence sequence) {
    this.stepSeconds = sequence.stepSeconds();
    this.rows = sequence.rows().length;
    int d = sequence.variables();
    this.readings = new double[d][rows];
    this.scale = new double[d];
    this.knots = new double[d][];
    this.ownKnots = new double[d][];
    this.basis = new double[d][BASIS][rows];
    for (int i = 0; i < d; i++) {
      int variable = i;
      double[] values = Arrays.stream(sequence.rows()).mapToDouble(r -> r[variable]).toArray();
      double[] known = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
      Percentile percentile = new Percentile();
      percentile.setData(known);
      double[] at = Arrays.stream(KNOTS).map(percentile::evaluate).toArray();
      scale[i] = at[BASIS] - at[0];
      for (int k = 1; k < at.length; k++) {
        if (!(at[k] - at[k - 1] > 1e-9 * scale[i])) {
          throw new IllegalArgumentException(
              "variable %d has too few different readings for a smooth function".formatted(i));
        }
      }
      knots[i] = Arrays.stream(at).map(k -> k / scale[variable]).toArray();
      ownKnots[i] =
          Arrays.stream(OWN_KNOTS).map(k -> percentile.evaluate(k) / scale[variable]).toArray();
      for (int t = 0; t < rows; t++) {
        readings[i][t] = values[t] / scale[i];
        for (int j = 0; j < BASIS; j++) {
          basis[i][j][t] = SmoothFunction.basis(knots[i], j, readings[i][t]);
        }
      }
    }
  }

  /** Values of the functions of a cause, {@code [function][row]}, NaN for an unknown reading. */
  double[][] functions(int cause) {
    return basis[cause];
  }

  /**
   * Fills the terms of the causes at a row.
   *
   * @param phi terms; those before the causes are given
   * @return sum of all terms; NaN if one is unknown
   */
  double inputs(CandidateEquation terms, double[] theta, double[] phi, int t) {
    int head = terms.firstCause();
    double sum = 0;
    for (int a = 0; a < head; a++) {
      sum += theta[a] * phi[a];
    }
    for (int k = 0; k < terms.size(); k++) {
      int at = t - terms.delays()[k];
      double[][] of = basis[terms.causes()[k]];
      for (int j = 0; j < BASIS; j++) {
        int a = head + BASIS * k + j;
        phi[a] = at < 0 ? Double.NaN : of[j][at];
        sum += theta[a] * phi[a];
      }
    }
    return sum;
  }
}
