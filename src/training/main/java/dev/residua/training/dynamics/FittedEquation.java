package dev.residua.training.dynamics;

import dev.residua.dynamics.DelayedCause;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;

/**
 * A candidate whose numbers are fitted.
 *
 * @param data of the fit
 * @param theta constant, own function or the logit of the part of a slow error that a step keeps,
 *     causes, then the logit of the gain if there is a state
 * @param square mean squared innovation of the counted rows, relative to the scale
 * @param count of these rows
 */
record FittedEquation(
    SequenceBasis data, CandidateEquation terms, double[] theta, double square, int count) {
  /** Largest part of a slow error that a step keeps. */
  private static final double MOST_KEPT = 0.9999;

  /** Gain of the filter of an equation with memory, whose logit is the last number. */
  static double gain(double[] theta) {
    return logistic(theta[theta.length - 1]);
  }

  /** Part of a slow error that a step keeps, whose logit is the second number. */
  static double kept(double[] theta) {
    return Math.min(MOST_KEPT, logistic(theta[1]));
  }

  private static double logistic(double logit) {
    return 1 / (1 + Math.exp(-logit));
  }

  /** Numbers from which a fit of another candidate of the same variable and memory starts. */
  double[] moved(CandidateEquation to) {
    double[] start = new double[to.parameters()];
    System.arraycopy(theta, 0, start, 0, to.firstCause());
    for (int k = 0; k < to.size(); k++) {
      int old = terms.indexOf(to.causes()[k]);
      if (old >= 0) {
        System.arraycopy(
            theta, terms.coefficient(old), start, to.coefficient(k), SequenceBasis.BASIS);
      }
    }
    if (to.memory() != Memory.NONE) {
      start[start.length - 1] = theta[theta.length - 1];
    }
    return start;
  }

  /** Returns the variance of a slow error over that of its variable. */
  double slowShare() {
    double[] known =
        Arrays.stream(data.readings[terms.variable()]).filter(v -> !Double.isNaN(v)).toArray();
    double kept = kept(theta);
    return stateNoise(gain(theta), kept, square) / (1 - kept * kept) / StatUtils.variance(known);
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
  double influence(int cause) {
    double[] readings = data.readings[terms.variable()];
    double[][] of = data.functions(terms.causes()[cause]);
    int from = terms.coefficient(cause);
    StandardDeviation added = new StandardDeviation();
    StandardDeviation whole = new StandardDeviation();
    double sum = 0;
    for (int t = terms.delays()[cause]; t < data.rows; t++) {
      double effect = 0;
      for (int j = 0; j < SequenceBasis.BASIS; j++) {
        effect += theta[from + j] * of[j][t - terms.delays()[cause]];
      }
      if (Double.isNaN(effect) || Double.isNaN(readings[t])) {
        continue;
      }
      double kept = terms.memory().actsOnRate() ? 1 : 0;
      if (terms.memory() == Memory.FIRST_ORDER) {
        for (int j = 0; j < SequenceBasis.OWN; j++) {
          kept +=
              theta[1 + j]
                  * SmoothFunction.basisSlope(data.ownKnots[terms.variable()], j, readings[t]);
        }
      }
      sum = kept * sum + effect;
      added.increment(sum);
      whole.increment(readings[t]);
    }
    return added.getResult() / whole.getResult();
  }

  /** Returns the equation in units of the readings and seconds. */
  DynamicEquation equation() {
    int i = terms.variable();
    double scale = data.scale[i];
    double stepSeconds = data.stepSeconds;
    double unit = scale / (terms.memory().actsOnRate() ? stepSeconds : 1);
    List<DelayedCause> causes = new ArrayList<>();
    for (int k = 0; k < terms.size(); k++) {
      int cause = terms.causes()[k];
      causes.add(
          new DelayedCause(
              cause,
              terms.delays()[k] * stepSeconds,
              function(data.knots[cause], data.scale[cause], theta, terms.coefficient(k), unit)));
    }
    double variance = scale * scale * square;
    double process = 0;
    double reading = variance;
    if (terms.memory() != Memory.NONE) {
      double gain = gain(theta);
      double slope = InnovationPass.of(data, terms, theta, -1, -1, false).meanSlope();
      reading = (1 - gain) * variance;
      process = stateNoise(gain, slope, variance) / stepSeconds;
    }
    SmoothFunction own =
        switch (terms.memory()) {
          case NONE, INTEGRATOR -> null;
          case SLOW_ERROR -> SmoothFunction.line(-scale, scale, (kept(theta) - 1) / stepSeconds);
          case FIRST_ORDER -> function(data.ownKnots[i], scale, theta, 1, unit);
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
