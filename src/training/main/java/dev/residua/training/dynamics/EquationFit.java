package dev.residua.training.dynamics;

import dev.residua.dynamics.Memory;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.SingularMatrixException;
import org.jspecify.annotations.Nullable;

/**
 * Fits one equation to a sequence by maximum likelihood of its innovations. Immutable; safe for
 * several threads.
 *
 * <p>The filter has a constant gain, so the likelihood is that of the mean squared innovation and
 * its variance is profiled out. Coefficients and gain follow by Levenberg-Marquardt with exact
 * derivatives of the innovations; process and reading noise follow from gain and variance. Without
 * memory this is linear regression. {@code O(rows x terms^2)} time per iteration, at most {@link
 * #MAX_ITERATIONS}.
 *
 * <p>Sources: Ljung, System Identification (1999), sections 7.2 and 10.2, prediction error method;
 * Durbin and Koopman, Time Series Analysis by State Space Methods (2012), section 7.3.
 */
final class EquationFit {
  static final int MAX_ITERATIONS = 30;

  /** Iterations that begin near the optimum, on other rows of the same sequence. */
  private static final int HELD_OUT_ITERATIONS = 6;

  /** Relative improvement of the mean square at which a fit ends: 0.0015 nats of 3,000 rows. */
  private static final double CONVERGED = 1e-6;

  private static final double HELD_OUT_CONVERGED = 1e-5;

  /** Largest logit of the gain from which a fit starts: beyond, the derivative vanishes. */
  private static final double STEEP = 2;

  /** Longest step of the logit of the gain in one iteration. */
  private static final double LONGEST_STEP = 1;

  private final SequenceBasis data;

  EquationFit(RegularSequence sequence) {
    this.data = new SequenceBasis(sequence);
  }

  int rows() {
    return data.rows;
  }

  /** Fits all rows, from a start with no effects. */
  FittedEquation fit(CandidateEquation terms) {
    FittedEquation slow = fit(terms, start(terms, -STEEP));
    if (terms.memory() == Memory.NONE) {
      return slow;
    }
    FittedEquation fast = fit(terms, start(terms, STEEP));
    return fast.square() < slow.square() ? fast : slow;
  }

  private static double[] start(CandidateEquation terms, double logitOfGain) {
    double[] theta = new double[terms.parameters()];
    if (terms.memory() != Memory.NONE) {
      theta[theta.length - 1] = logitOfGain;
    }
    if (terms.memory() == Memory.SLOW_ERROR) {
      theta[1] = STEEP;
    }
    return theta;
  }

  /** Fits all rows from a start, which has one number per term. */
  FittedEquation fit(CandidateEquation terms, double[] start) {
    double[] from = start.clone();
    if (terms.memory() != Memory.NONE) {
      int gain = from.length - 1;
      from[gain] = Math.max(-STEEP, Math.min(STEEP, from[gain]));
    }
    return fit(terms, from, -1, -1, MAX_ITERATIONS);
  }

  /** Fits the rows outside of a block. */
  private FittedEquation fit(
      CandidateEquation terms, double[] start, int blockFrom, int blockTo, int iterations) {
    double[] theta = start.clone();
    boolean[] fixed = fixed(terms);
    for (int a = 0; a < theta.length; a++) {
      theta[a] = fixed[a] ? 0 : theta[a];
    }
    InnovationPass pass = InnovationPass.of(data, terms, theta, blockFrom, blockTo, false);
    double damping = 1e-3;
    for (int k = 0; k < iterations && damping < 1e6; k++) {
      double[] next = solve(pass, damping, theta, fixed, terms.memory());
      if (next == null) {
        damping *= 10;
        continue;
      }
      InnovationPass tried = InnovationPass.of(data, terms, next, blockFrom, blockTo, false);
      // More unknown innovations would make any fit look better.
      if (!(tried.square < pass.square) || tried.count < pass.count) {
        damping *= 10;
        continue;
      }
      double gained = 1 - tried.square / pass.square;
      theta = next;
      pass = tried;
      damping = Math.max(1e-9, damping / 10);
      if (gained < (blockTo < 0 ? CONVERGED : HELD_OUT_CONVERGED)) {
        break;
      }
    }
    return new FittedEquation(data, terms, theta, pass.square / pass.count, pass.count);
  }

  private static double @Nullable [] solve(
      InnovationPass pass, double damping, double[] theta, boolean[] fixed, Memory memory) {
    int p = theta.length;
    double[][] matrix = new double[p][];
    for (int a = 0; a < p; a++) {
      matrix[a] = pass.normal[a].clone();
      matrix[a][a] += damping * matrix[a][a] + 1e-9 * pass.count;
    }
    double[] gradient = pass.gradient.clone();
    for (int a = 0; a < p; a++) {
      if (fixed[a]) {
        for (int b = 0; b < p; b++) {
          matrix[a][b] = 0;
          matrix[b][a] = 0;
        }
        matrix[a][a] = 1;
        gradient[a] = 0;
      }
    }
    try {
      double[] step =
          new LUDecomposition(new Array2DRowRealMatrix(matrix, false))
              .getSolver()
              .solve(new ArrayRealVector(gradient, false))
              .toArray();
      // A longer step of a logit to a share of 0 or 1 does not come back.
      if (memory != Memory.NONE) {
        step[p - 1] = limited(step[p - 1]);
      }
      if (memory == Memory.SLOW_ERROR) {
        step[1] = limited(step[1]);
      }
      for (int a = 0; a < p; a++) {
        step[a] += theta[a];
      }
      return step;
    } catch (SingularMatrixException e) {
      return null;
    }
  }

  private static double limited(double stepOfLogit) {
    return Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, stepOfLogit));
  }

  /**
   * Returns the mean log density of the innovations of held-out blocks, in nats per row: each of
   * some blocks in the order of time is left out of the fit in turn, while the filter runs through
   * all rows.
   */
  double heldOut(FittedEquation fitted, int blocks) {
    double sum = 0;
    int count = 0;
    for (int b = 0; b < blocks; b++) {
      int from = (int) ((long) data.rows * b / blocks);
      int to = (int) ((long) data.rows * (b + 1) / blocks);
      FittedEquation part = fit(fitted.terms(), fitted.theta(), from, to, HELD_OUT_ITERATIONS);
      InnovationPass pass = InnovationPass.of(data, fitted.terms(), part.theta(), from, to, false);
      sum -= pass.heldOut * Math.log(part.square()) / 2 + pass.heldOutSquare / part.square() / 2;
      count += pass.heldOut;
    }
    return count == 0 ? Double.NEGATIVE_INFINITY : sum / count;
  }

  /**
   * Makes each effect of a cause a straight line if that predicts held-out rows not worse than a
   * curve. The effect of the own state stays a curve: a slow bias of the innovations costs more.
   */
  FittedEquation simplified(FittedEquation fitted, int blocks) {
    FittedEquation best = fitted;
    double heldOut = heldOut(fitted, blocks);
    for (int k = 0; k < fitted.terms().size(); k++) {
      FittedEquation straight = fit(best.terms().withStraight(k), best.theta());
      double other = heldOut(straight, blocks);
      if (other >= heldOut) {
        best = straight;
        heldOut = other;
      }
    }
    return best;
  }

  /** Coefficients that stay 0: the curvature of straight lines. */
  private static boolean[] fixed(CandidateEquation terms) {
    boolean[] fixed = new boolean[terms.parameters()];
    for (int k = 0; k < terms.size(); k++) {
      int from = terms.coefficient(k);
      if ((terms.straight() >> k & 1) == 1) {
        Arrays.fill(fixed, from + 1, from + SequenceBasis.BASIS, true);
      }
    }
    return fixed;
  }
}
