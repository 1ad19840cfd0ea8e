package dev.residua.training.dynamics;

import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.SingularMatrixException;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
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

  /** Largest part of a slow error that a step keeps. */
  private static final double MOST_KEPT = 0.9999;

  /** Rows after a start of the filter that do not count. */
  private static final int SETTLING = 20;

  /** First row that counts, for all delays. */
  private static final int FIRST_ROW = 50;

  private static final double[] KNOTS = {5, 35, 65, 95}; // per cent of the readings
  private static final int BASIS = KNOTS.length - 1;

  /** Knots of the effect of the own state: errors of its outer parts become a slow bias. */
  private static final double[] OWN_KNOTS = {1, 50, 99};

  private static final int OWN = OWN_KNOTS.length - 1;

  private final double stepSeconds;
  private final int rows;
  private final double[][] y; // [variable][row], divided by the scale
  private final double[] scale;
  private final double[][] knots; // [variable][knot], in units of y
  private final double[][] ownKnots; // [variable][knot], in units of y
  private final double[][][] basis; // [variable][function][row]

  EquationFit(RegularSequence sequence) {
    this.stepSeconds = sequence.stepSeconds();
    this.rows = sequence.rows().length;
    int d = sequence.variables();
    this.y = new double[d][rows];
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
        y[i][t] = values[t] / scale[i];
        for (int j = 0; j < BASIS; j++) {
          basis[i][j][t] = SmoothFunction.basis(knots[i], j, y[i][t]);
        }
      }
    }
  }

  int rows() {
    return rows;
  }

  /**
   * Fitted numbers of one candidate.
   *
   * @param theta constant, own function or the logit of the part of a slow error that a step keeps,
   *     causes, then the logit of the gain if there is a state
   * @param square mean squared innovation of the counted rows, relative to the scale
   */
  record Fitted(CandidateEquation terms, double[] theta, double square, int count) {}

  /** Sums of one pass over the rows. */
  private static final class Pass {
    private double square;
    private int count;
    private double heldOutSquare;
    private int heldOut;
    private double slopes;
    private int slopeCount;
    private double[][] normal = new double[0][];
    private double[] gradient = new double[0];
    private double[][] derivatives = new double[0][]; // [row], null if not counted
    private double[] errors = new double[0];
    private double[] kept = new double[0]; // [row]: part of a derivative that the next row keeps
    private double[] taken = new double[0]; // [row]: part of it that a slow error takes over
  }

  /** Fits all rows, from a start with no effects. */
  Fitted fit(CandidateEquation terms) {
    Fitted slow = fit(terms, start(terms, -STEEP));
    if (terms.memory() == Memory.NONE) {
      return slow;
    }
    Fitted fast = fit(terms, start(terms, STEEP));
    return fast.square() < slow.square() ? fast : slow;
  }

  private static double[] start(CandidateEquation terms, double logitOfGain) {
    double[] theta = new double[width(terms)];
    if (terms.memory() != Memory.NONE) {
      theta[theta.length - 1] = logitOfGain;
    }
    if (terms.memory() == Memory.SLOW_ERROR) {
      theta[1] = STEEP;
    }
    return theta;
  }

  /** Fits all rows from a start, which has one number per term. */
  Fitted fit(CandidateEquation terms, double[] start) {
    double[] from = start.clone();
    if (terms.memory() != Memory.NONE) {
      int gain = from.length - 1;
      from[gain] = Math.max(-STEEP, Math.min(STEEP, from[gain]));
    }
    return fit(terms, from, -1, -1, MAX_ITERATIONS);
  }

  /** Fits the rows outside of a block. */
  private Fitted fit(
      CandidateEquation terms, double[] start, int blockFrom, int blockTo, int iterations) {
    double[] theta = start.clone();
    boolean[] fixed = fixed(terms);
    for (int a = 0; a < theta.length; a++) {
      theta[a] = fixed[a] ? 0 : theta[a];
    }
    Pass pass = pass(terms, theta, blockFrom, blockTo, true, false);
    double damping = 1e-3;
    for (int k = 0; k < iterations && damping < 1e6; k++) {
      double[] next = solve(pass, damping, theta, fixed, terms.memory());
      if (next == null) {
        damping *= 10;
        continue;
      }
      Pass tried = pass(terms, next, blockFrom, blockTo, true, false);
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
    return new Fitted(terms, theta, pass.square / pass.count, pass.count);
  }

  private static double @Nullable [] solve(
      Pass pass, double damping, double[] theta, boolean[] fixed, Memory memory) {
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
  double heldOut(Fitted fitted, int blocks) {
    double sum = 0;
    int count = 0;
    for (int b = 0; b < blocks; b++) {
      int from = (int) ((long) rows * b / blocks);
      int to = (int) ((long) rows * (b + 1) / blocks);
      Fitted part = fit(fitted.terms(), fitted.theta(), from, to, HELD_OUT_ITERATIONS);
      Pass pass = pass(fitted.terms(), part.theta(), from, to, false, false);
      sum -= pass.heldOut * Math.log(part.square()) / 2 + pass.heldOutSquare / part.square() / 2;
      count += pass.heldOut;
    }
    return count == 0 ? Double.NEGATIVE_INFINITY : sum / count;
  }

  /**
   * Makes each effect of a cause a straight line if that predicts held-out rows not worse than a
   * curve. The effect of the own state stays a curve: a slow bias of the innovations costs more.
   */
  Fitted simplified(Fitted fitted, int blocks) {
    Fitted best = fitted;
    double heldOut = heldOut(fitted, blocks);
    for (int k = 0; k < fitted.terms().size(); k++) {
      Fitted straight = fit(best.terms().withStraight(k), best.theta());
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
    boolean[] fixed = new boolean[width(terms)];
    for (int k = 0; k < terms.size(); k++) {
      int from = head(terms) + BASIS * k;
      if ((terms.straight() >> k & 1) == 1) {
        Arrays.fill(fixed, from + 1, from + BASIS, true);
      }
    }
    return fixed;
  }

  /**
   * Returns an estimate of the nats per row that each candidate would gain, by one linear step
   * (score test).
   *
   * @param causes of the candidates
   * @param delays of the candidates, in steps
   */
  double[] gains(Fitted fitted, int[] causes, int[] delays) {
    CandidateEquation terms = fitted.terms();
    Pass pass = pass(terms, fitted.theta(), -1, -1, true, true);
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
    double[] gains = new double[causes.length];
    for (int c = 0; c < causes.length; c++) {
      double reduction = reduction(pass, inverse, terms.memory(), causes[c], delays[c]);
      gains[c] = -Math.log(Math.max(1e-6, 1 - reduction / pass.square)) / 2;
    }
    return gains;
  }

  private double reduction(Pass pass, double[][] inverse, Memory memory, int cause, int delay) {
    int p = inverse.length;
    double[] s = new double[BASIS];
    double[] ofError = new double[BASIS]; // derivatives of a slow error
    double[][] cross = new double[BASIS][p];
    double[][] own = new double[BASIS][BASIS];
    double[] gradient = new double[BASIS];
    for (int t = 0; t < rows; t++) {
      double[] row = pass.derivatives[t];
      boolean now = !memory.actsOnRate();
      if (now) {
        for (int j = 0; j < BASIS; j++) {
          s[j] = (t < delay ? Double.NaN : basis[cause][j][t - delay]) + ofError[j];
        }
      }
      if (Double.isNaN(s[0])) {
        Arrays.fill(s, now ? Double.NaN : 0); // an unknown value acts as none
      } else if (row != null) {
        for (int j = 0; j < BASIS; j++) {
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
        for (int j = 0; j < BASIS; j++) {
          double value = Double.isNaN(s[j]) ? 0 : s[j] - ofError[j];
          ofError[j] = pass.kept[t] * ofError[j] - pass.taken[t] * value;
        }
      } else if (!now) {
        for (int j = 0; j < BASIS; j++) {
          double value = t < delay ? 0 : basis[cause][j][t - delay];
          s[j] = pass.kept[t] * s[j] + value;
        }
      }
    }
    for (int j = 0; j < BASIS; j++) {
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

  /** Numbers of a candidate from those of another one of the same variable and memory. */
  static double[] moved(Fitted from, CandidateEquation to) {
    double[] theta = new double[width(to)];
    int head = head(to);
    System.arraycopy(from.theta(), 0, theta, 0, head);
    for (int k = 0; k < to.size(); k++) {
      int old = from.terms().indexOf(to.causes()[k]);
      if (old >= 0) {
        System.arraycopy(from.theta(), head + BASIS * old, theta, head + BASIS * k, BASIS);
      }
    }
    if (to.memory() != Memory.NONE) {
      theta[theta.length - 1] = from.theta()[from.theta().length - 1];
    }
    return theta;
  }

  /** Gain of the filter of an equation with memory, whose logit is the last number. */
  private static double gain(double[] theta) {
    return logistic(theta[theta.length - 1]);
  }

  /** Part of a slow error that a step keeps, whose logit is the second number. */
  private static double kept(double[] theta) {
    return Math.min(MOST_KEPT, logistic(theta[1]));
  }

  private static double logistic(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  private static int head(CandidateEquation terms) {
    return switch (terms.memory()) {
      case NONE, INTEGRATOR -> 1;
      case SLOW_ERROR -> 2;
      case FIRST_ORDER -> 1 + OWN;
    };
  }

  private static int width(CandidateEquation terms) {
    return head(terms) + BASIS * terms.size() + (terms.memory() == Memory.NONE ? 0 : 1);
  }

  private Pass pass(
      CandidateEquation terms,
      double[] theta,
      int blockFrom,
      int blockTo,
      boolean derivatives,
      boolean keepRows) {
    boolean rates = terms.memory().actsOnRate();
    boolean first = terms.memory() == Memory.FIRST_ORDER;
    boolean slow = terms.memory() == Memory.SLOW_ERROR;
    int p = theta.length;
    double gain = rates || slow ? gain(theta) : 0;
    double[] own = ownKnots[terms.variable()];
    double[] readings = y[terms.variable()];
    Pass pass = new Pass();
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
    SlowError slowError = new SlowError(p, slow ? kept(theta) : 0, gain);
    int settled = 0;
    for (int t = 0; t < rows; t++) {
      if (!rates) {
        state = inputs(terms, theta, phi, t) + slowError.mean;
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
          if (derivatives) {
            for (int a = 0; a < p; a++) {
              double sa = s[a];
              pass.gradient[a] += sa * error;
              double[] into = pass.normal[a];
              for (int b = 0; b <= a; b++) {
                into[b] += sa * s[b];
              }
            }
            if (keepRows) {
              pass.derivatives[t] = s.clone();
              pass.errors[t] = error;
            }
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
        for (int j = 0; j < OWN; j++) {
          phi[1 + j] = SmoothFunction.basis(own, j, state);
          slope += theta[1 + j] * SmoothFunction.basisSlope(own, j, state);
        }
      }
      state += inputs(terms, theta, phi, t);
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

  /** Fills the terms of the causes at a row and returns the sum of all terms; NaN if unknown. */
  private double inputs(CandidateEquation terms, double[] theta, double[] phi, int t) {
    int head = head(terms);
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

  /** Returns the variance of a slow error over that of its variable. */
  double slowShare(Fitted fitted) {
    double[] known =
        Arrays.stream(y[fitted.terms().variable()]).filter(v -> !Double.isNaN(v)).toArray();
    double kept = kept(fitted.theta());
    return stateNoise(gain(fitted.theta()), kept, fitted.square())
        / (1 - kept * kept)
        / StatUtils.variance(known);
  }

  /** Variance of the step of a state, from the stationary filter with the gain. */
  private static double stateNoise(double gain, double slope, double square) {
    // Predicted variance = gain x variance of the innovations.
    return Math.max(0, gain * square * (1 - slope * slope * (1 - gain)));
  }

  /**
   * Returns the standard deviation of the contribution of a cause, over that of its effect. A
   * contribution to a rate of change is summed over time, and decays as the own state does.
   */
  double influence(Fitted fitted, int cause) {
    CandidateEquation terms = fitted.terms();
    double[] theta = fitted.theta();
    double[] readings = y[terms.variable()];
    double[][] of = basis[terms.causes()[cause]];
    int from = head(terms) + BASIS * cause;
    StandardDeviation added = new StandardDeviation();
    StandardDeviation whole = new StandardDeviation();
    double sum = 0;
    for (int t = terms.delays()[cause]; t < rows; t++) {
      double effect = 0;
      for (int j = 0; j < BASIS; j++) {
        effect += theta[from + j] * of[j][t - terms.delays()[cause]];
      }
      if (Double.isNaN(effect) || Double.isNaN(readings[t])) {
        continue;
      }
      double kept = terms.memory().actsOnRate() ? 1 : 0;
      if (terms.memory() == Memory.FIRST_ORDER) {
        for (int j = 0; j < OWN; j++) {
          kept +=
              theta[1 + j] * SmoothFunction.basisSlope(ownKnots[terms.variable()], j, readings[t]);
        }
      }
      sum = kept * sum + effect;
      added.increment(sum);
      whole.increment(readings[t]);
    }
    return added.getResult() / whole.getResult();
  }

  /** Returns the equation in units of the readings and seconds. */
  DynamicEquation equation(Fitted fitted) {
    CandidateEquation terms = fitted.terms();
    double[] theta = fitted.theta();
    int i = terms.variable();
    double unit = scale[i] / (terms.memory().actsOnRate() ? stepSeconds : 1);
    List<DelayedCause> causes = new ArrayList<>();
    int head = head(terms);
    for (int k = 0; k < terms.size(); k++) {
      int cause = terms.causes()[k];
      causes.add(
          new DelayedCause(
              cause,
              terms.delays()[k] * stepSeconds,
              function(knots[cause], scale[cause], theta, head + BASIS * k, unit)));
    }
    double variance = scale[i] * scale[i] * fitted.square();
    double process = 0;
    double reading = variance;
    if (terms.memory() != Memory.NONE) {
      double gain = gain(theta);
      Pass pass = pass(terms, theta, -1, -1, false, false);
      double slope = pass.slopes / pass.slopeCount;
      reading = (1 - gain) * variance;
      process = stateNoise(gain, slope, variance) / stepSeconds;
    }
    SmoothFunction own =
        switch (terms.memory()) {
          case NONE, INTEGRATOR -> null;
          case SLOW_ERROR ->
              SmoothFunction.line(-scale[i], scale[i], (kept(theta) - 1) / stepSeconds);
          case FIRST_ORDER -> function(ownKnots[i], scale[i], theta, 1, unit);
        };
    return new DynamicEquation(terms.memory(), theta[0] * unit, own, causes, process, reading);
  }

  private static SmoothFunction function(
      double[] knots, double scale, double[] theta, int from, double unit) {
    double[] at = Arrays.stream(knots).map(k -> k * scale).toArray();
    double[] coefficients = new double[at.length - 1];
    for (int j = 0; j < coefficients.length; j++) {
      coefficients[j] = theta[from + j] * unit;
    }
    return new SmoothFunction(at, coefficients);
  }
}
