package dev.residua.training.dynamics;

import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import java.util.Arrays;

/**
 * Innovations of one candidate over a sequence, with the sums that a step of a fit needs. The
 * filter has a constant gain; its derivatives are exact. {@code O(rows x parameters^2)} time.
 */
final class InnovationPass {
  /** Rows after a start of the filter that do not count. */
  private static final int SETTLING = 20;

  /** First row that counts, for all delays. */
  private static final int FIRST_ROW = 50;

  double square;
  int count;
  double heldOutSquare;
  int heldOut;
  double[][] normal = new double[0][];
  double[] gradient = new double[0];
  double[][] derivatives = new double[0][]; // [row], null if not counted
  double[] errors = new double[0];
  double[] kept = new double[0]; // [row]: part of a derivative that the next row keeps
  double[] taken = new double[0]; // [row]: part of it that a slow error takes over
  private double slopes;
  private int slopeCount;

  private InnovationPass() {}

  /**
   * Runs the filter through all rows.
   *
   * @param theta see {@link FittedEquation#theta}
   * @param blockFrom first row of a block that is held out
   * @param blockTo row after that block
   * @param keepRows whether derivatives and innovations of each row are kept
   */
  static InnovationPass of(
      SequenceBasis data,
      CandidateEquation terms,
      double[] theta,
      int blockFrom,
      int blockTo,
      boolean keepRows) {
    int rows = data.rows;
    boolean rates = terms.memory().actsOnRate();
    boolean first = terms.memory() == Memory.FIRST_ORDER;
    boolean slow = terms.memory() == Memory.SLOW_ERROR;
    int p = theta.length;
    double gain = rates || slow ? FittedEquation.gain(theta) : 0;
    double[] own = data.ownKnots[terms.variable()];
    double[] readings = data.readings[terms.variable()];
    InnovationPass pass = new InnovationPass();
    pass.normal = new double[p][p];
    pass.gradient = new double[p];
    if (keepRows) {
      pass.derivatives = new double[rows][];
      pass.errors = new double[rows];
      pass.kept = new double[rows];
      pass.taken = new double[rows];
    }
    double[] phi = new double[p];
    phi[0] = 1;
    double[] s = new double[p]; // derivatives of the expected reading
    double state = Double.NaN;
    SlowError slowError = new SlowError(p, slow ? FittedEquation.kept(theta) : 0, gain);
    int settled = 0;
    for (int t = 0; t < rows; t++) {
      if (!rates) {
        state = data.inputs(terms, theta, phi, t) + slowError.mean;
        for (int a = 0; a < p; a++) {
          s[a] = phi[a] + slowError.derivatives[a];
        }
      }
      double error = readings[t] - state;
      boolean known = !Double.isNaN(error);
      if (known && ++settled > SETTLING && t >= FIRST_ROW) {
        if (t >= blockFrom && t < blockTo) {
          pass.heldOutSquare += error * error;
          pass.heldOut++;
        } else {
          pass.square += error * error;
          pass.count++;
          pass.add(s, error);
          if (keepRows) {
            pass.derivatives[t] = s.clone();
            pass.errors[t] = error;
          }
        }
      }
      if (!rates) {
        if (slow) {
          slowError.next(known, error, s);
          pass.slopes += slowError.kept;
          pass.slopeCount++;
          if (keepRows) {
            pass.kept[t] = slowError.kept * (known ? 1 - gain : 1);
            pass.taken[t] = slowError.kept * (known ? gain : 0);
          }
        }
        continue;
      }
      if (known) {
        state += gain * error;
        for (int a = 0; a < p; a++) {
          s[a] *= 1 - gain;
        }
        s[p - 1] += gain * (1 - gain) * error;
      } else if (Double.isNaN(state) && !Double.isNaN(readings[t])) {
        state = readings[t];
        Arrays.fill(s, 0);
        settled = 0;
      }
      double slope = 1;
      if (first) {
        for (int j = 0; j < SequenceBasis.OWN; j++) {
          phi[1 + j] = SmoothFunction.basis(own, j, state);
          slope += theta[1 + j] * SmoothFunction.basisSlope(own, j, state);
        }
      }
      state += data.inputs(terms, theta, phi, t);
      for (int a = 0; a < p; a++) {
        s[a] = s[a] * slope + (a < p - 1 ? phi[a] : 0);
      }
      if (keepRows) {
        pass.kept[t] = slope * (known ? 1 - gain : 1);
      }
      if (!(Math.abs(state) < 1e6)) {
        state = Double.NaN;
      }
      if (!Double.isNaN(slope)) {
        pass.slopes += slope;
        pass.slopeCount++;
      }
    }
    for (int a = 0; a < p; a++) {
      for (int b = 0; b < a; b++) {
        pass.normal[b][a] = pass.normal[a][b];
      }
    }
    return pass;
  }

  private void add(double[] s, double error) {
    for (int a = 0; a < s.length; a++) {
      double sa = s[a];
      gradient[a] += sa * error;
      double[] into = normal[a];
      for (int b = 0; b <= a; b++) {
        into[b] += sa * s[b];
      }
    }
  }

  /** Mean derivative of the state with respect to the state one row earlier. */
  double meanSlope() {
    return slopes / slopeCount;
  }

  /** Prediction of an error that decays, and its derivatives. */
  private static final class SlowError {
    private final double kept;
    private final double gain;
    private final double[] derivatives;
    private double mean;

    SlowError(int terms, double kept, double gain) {
      this.kept = kept;
      this.gain = gain;
      this.derivatives = new double[terms];
    }

    /**
     * @param known false if the row has no innovation
     * @param s derivatives of the expected reading
     */
    void next(boolean known, double innovation, double[] s) {
      double corrected = known ? mean + gain * innovation : mean;
      for (int a = 0; a < derivatives.length; a++) {
        derivatives[a] = kept * (known ? derivatives[a] - gain * s[a] : derivatives[a]);
      }
      if (known) {
        derivatives[derivatives.length - 1] += kept * gain * (1 - gain) * innovation;
      }
      derivatives[1] += kept * (1 - kept) * corrected;
      mean = kept * corrected;
    }
  }
}
