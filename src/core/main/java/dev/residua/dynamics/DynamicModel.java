package dev.residua.dynamics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Equations of all variables, and the filters that give the one-step innovations of a stream of
 * frames at irregular times. Each variable with memory or a slow error has an extended Kalman
 * filter of one state; causes enter with their readings. Immutable; equal input gives equal bits.
 *
 * <p>An interval longer than the step of the training is predicted in several steps, with causes
 * interpolated between readings at most {@link #WIDEST} steps apart. If a cause is unknown, so are
 * the innovation and the state, which starts again at the next reading; a slow error decays. {@code
 * O(variables x (steps + causes x history))} time per frame.
 *
 * <p>Sources: Kalman, A New Approach to Linear Filtering and Prediction Problems (1960); Durbin and
 * Koopman, Time Series Analysis by State Space Methods (2012), sections 2.2, 2.7 and 10.2.
 *
 * @param stepSeconds step of the training, {@code h}
 * @param equations one per variable
 */
public record DynamicModel(double stepSeconds, List<DynamicEquation> equations) {
  /** Largest distance of two readings between which a cause is interpolated, in steps. */
  public static final double WIDEST = 2.5;

  /** Longest delay, in steps. */
  public static final int MAX_DELAY_STEPS = 120;

  /** Longest interval that is predicted, in steps. */
  static final int MAX_STEPS = 10_000;

  /** Part of a step in which times are equal: seconds since 1970 have a resolution of 0.2 us. */
  private static final double TOLERANCE = 1e-4;

  /**
   * @throws IllegalArgumentException if the step is not above 0, a cause does not exist, a delay is
   *     too long for the history, a variable causes itself, or causes without delay form a cycle
   */
  public DynamicModel {
    equations = List.copyOf(equations);
    if (!(stepSeconds > 0 && Double.isFinite(stepSeconds))) {
      throw new IllegalArgumentException("step must be above 0 s but was " + stepSeconds);
    }
    for (int i = 0; i < equations.size(); i++) {
      for (DelayedCause cause : equations.get(i).causes()) {
        if (cause.variable() >= equations.size() || cause.variable() == i) {
          throw new IllegalArgumentException(
              "variable %d of %d cannot have the cause %d"
                  .formatted(i, equations.size(), cause.variable()));
        }
        if (cause.delaySeconds() > (MAX_DELAY_STEPS + TOLERANCE) * stepSeconds) {
          throw new IllegalArgumentException(
              "delay of %s s is longer than %d steps of %s s"
                  .formatted(cause.delaySeconds(), MAX_DELAY_STEPS, stepSeconds));
        }
      }
    }
    causalOrder(equations);
  }

  private static List<Integer> causalOrder(List<DynamicEquation> equations) {
    List<Integer> order = new ArrayList<>();
    int before = -1;
    while (order.size() > before) {
      before = order.size();
      for (int i = 0; i < equations.size(); i++) {
        if (!order.contains(i)
            && equations.get(i).causes().stream()
                .allMatch(cause -> cause.delaySeconds() > 0 || order.contains(cause.variable()))) {
          order.add(i);
        }
      }
    }
    for (int i = 0; i < equations.size(); i++) {
      if (!order.contains(i)) {
        throw new IllegalArgumentException(
            "variable %d is on a cycle of causes without delay, or behind one".formatted(i));
      }
    }
    return order;
  }

  /** Returns the variables, each behind its causes without delay. */
  List<Integer> causalOrder() {
    return causalOrder(equations);
  }

  /** Number of variables. */
  public int size() {
    return equations.size();
  }

  /** Returns true if the prediction of a variable depends on earlier frames. */
  public boolean usesHistory(int variable) {
    DynamicEquation equation = equations.get(variable);
    return equation.memory() != Memory.NONE || equation.longestDelay() > 0;
  }

  /**
   * Returns the standard deviation of the innovations of a variable after many regular frames, at
   * state 0.
   */
  double regularDeviation(int variable) {
    DynamicEquation equation = equations.get(variable);
    return equation.memory() == Memory.NONE
        ? Math.sqrt(equation.readingVariance())
        : SteadyState.of(equation, stepSeconds, 0).deviation();
  }

  /**
   * Returns the effect of a lasting change of a variable on its innovations.
   *
   * @param step time between frames in seconds, above 0
   */
  public LastingChange lastingChange(int variable, double step) {
    return LastingChange.of(equations.get(variable), step, regularDeviation(variable));
  }

  /** State before the first frame. */
  public DynamicState start() {
    double[] unknown = unknown();
    return new DynamicState(new double[0], new double[0], unknown, unknown.clone());
  }

  /**
   * Filters one frame. A frame that is not newer than the state leaves it as it is and has unknown
   * innovations.
   *
   * @param time of the frame in seconds
   * @param readings one per variable, NaN if missing
   * @throws IllegalArgumentException if sizes differ, or a number is infinite
   */
  public Innovations next(DynamicState state, double time, double[] readings) {
    if (readings.length != size() || state.means().length != size()) {
      throw new IllegalArgumentException(
          "%d readings and %d states for %d variables"
              .formatted(readings.length, state.means().length, size()));
    }
    if (!Double.isFinite(time) || Arrays.stream(readings).anyMatch(Double::isInfinite)) {
      throw new IllegalArgumentException("time and readings must be finite");
    }
    int rows = state.times().length;
    double[] values = unknown();
    double[] expected = unknown();
    double[] deviations = unknown();
    double last = rows == 0 ? Double.NaN : state.times()[rows - 1];
    if (time <= last) {
      return new Innovations(state, expected, values, deviations);
    }
    DynamicState history = extended(state, time, readings);
    double[] means = state.means().clone();
    double[] variances = state.variances().clone();
    for (int i = 0; i < size(); i++) {
      double[] predicted =
          step(equations.get(i), history, last, time, readings[i], i, means, variances);
      expected[i] = predicted[0];
      if (!Double.isNaN(expected[i]) && !Double.isNaN(readings[i])) {
        values[i] = readings[i] - expected[i];
        deviations[i] = Math.sqrt(predicted[1]);
      }
    }
    return new Innovations(
        new DynamicState(history.times(), history.readings(), means, variances),
        expected,
        values,
        deviations);
  }

  /**
   * Predicts a reading, and corrects the state by it unless it is missing.
   *
   * @param last time of the previous frame; NaN if there is none
   * @param i index of the state
   * @return the prediction, NaN if unknown, and the variance of the innovation
   */
  private double[] step(
      DynamicEquation equation,
      DynamicState history,
      double last,
      double time,
      double reading,
      int i,
      double[] means,
      double[] variances) {
    if (equation.memory() == Memory.NONE) {
      return new double[] {atOnce(equation, history, time), equation.readingVariance()};
    }
    predict(equation, history, last, time, i, means, variances);
    if (equation.memory() == Memory.SLOW_ERROR && Double.isNaN(means[i])) {
      means[i] = 0;
      variances[i] = equation.stationaryVariance(stepSeconds);
    }
    double expected = means[i] + atOnce(equation, history, time);
    double spread = equation.readingVariance() + variances[i];
    if (Double.isNaN(means[i])) {
      means[i] = reading;
      variances[i] = equation.readingVariance();
    } else if (!Double.isNaN(reading - expected)) {
      double gain = variances[i] / spread;
      means[i] += gain * (reading - expected);
      variances[i] *= 1 - gain;
    }
    return new double[] {expected, spread};
  }

  /** Predicts one state over an interval in steps of the training. */
  private void predict(
      DynamicEquation equation,
      DynamicState history,
      double from,
      double to,
      int i,
      double[] means,
      double[] variances) {
    double steps = (to - from) / stepSeconds;
    if (!(steps <= MAX_STEPS)) {
      means[i] = Double.NaN;
      return;
    }
    int count = Math.max(1, (int) Math.ceil(steps - TOLERANCE));
    for (int k = 0; k < count && !Double.isNaN(means[i]); k++) {
      double begin = from + k * stepSeconds;
      double length = k < count - 1 ? stepSeconds : to - begin;
      double slope = 1 + length * equation.ownSlope(means[i]);
      double rate = equation.own(means[i]);
      if (equation.memory().actsOnRate()) {
        rate += equation.constant() + effects(equation, history, begin);
      }
      means[i] += length * rate;
      variances[i] = slope * slope * variances[i] + length * equation.processVariance();
    }
    if (!Double.isFinite(means[i]) || !Double.isFinite(variances[i])) {
      means[i] = Double.NaN; // the state left the range of the equation
    }
  }

  /**
   * Filters the history of one variable again, with another equation for its newest readings.
   *
   * @param changed equation of the newest readings
   * @param offset that is taken from the newest readings
   * @param frames number of newest readings
   * @return innovations of these readings and their deviations, shape {@code [2][frames]}, NaN if
   *     unknown
   */
  double[][] again(
      DynamicState history, int variable, DynamicEquation changed, double offset, int frames) {
    int n = history.times().length;
    double[][] result = new double[2][frames];
    double[] mean = {Double.NaN};
    double[] variance = {Double.NaN};
    double last = Double.NaN;
    for (int t = 0; t < n; t++) {
      boolean newest = t >= n - frames;
      DynamicEquation equation = newest ? changed : equations.get(variable);
      double time = history.times()[t];
      double reading = history.reading(t, variable) - (newest ? offset : 0);
      double[] predicted = step(equation, history, last, time, reading, 0, mean, variance);
      if (newest) {
        double innovation = reading - predicted[0];
        result[0][t - n + frames] = innovation;
        result[1][t - n + frames] = Double.isNaN(innovation) ? Double.NaN : Math.sqrt(predicted[1]);
      }
      last = time;
    }
    return result;
  }

  /**
   * Draws true states from the distribution that the filters give, to begin {@link #drawn} with.
   */
  DynamicState drawnStart(DynamicState state, RandomGenerator random) {
    double[] means = unknown();
    for (int i = 0; i < size(); i++) {
      means[i] = state.means()[i] + Math.sqrt(state.variances()[i]) * random.nextGaussian();
    }
    DynamicState used = used(state);
    return new DynamicState(used.times(), used.readings(), means, new double[size()]);
  }

  /** The state with those readings alone that an effect can still depend on. */
  private DynamicState used(DynamicState state) {
    double[] times = state.times();
    double oldest = times[times.length - 1] - span();
    int first = 0;
    while (times[first] < oldest) {
      first++;
    }
    return first == 0
        ? state
        : new DynamicState(
            Arrays.copyOfRange(times, first, times.length),
            Arrays.copyOfRange(state.readings(), first * size(), state.readings().length),
            state.means(),
            state.variances());
  }

  /** Age of the oldest reading that an effect can depend on, in seconds. */
  private double span() {
    double longest = 0;
    for (DynamicEquation equation : equations) { // several times per step: no stream
      longest = Math.max(longest, equation.longestDelay());
    }
    return longest + 2 * WIDEST * stepSeconds;
  }

  /**
   * Draws a next frame, one step of the training after the last.
   *
   * @param state whose means are true states
   * @param order {@link #causalOrder}
   * @param held values that are set from outside, NaN for variables that follow their equations
   */
  DynamicState drawn(
      DynamicState state, List<Integer> order, double[] held, RandomGenerator random) {
    double last = state.times()[state.times().length - 1];
    double time = last + stepSeconds;
    DynamicState next = used(extended(state, time, unknown()));
    double[] means = state.means().clone();
    double[] variances = new double[size()];
    int row = next.readings().length - size();
    for (int i : order) {
      DynamicEquation equation = equations.get(i);
      double noise = Math.sqrt(equation.readingVariance()) * random.nextGaussian();
      double reading;
      if (!Double.isNaN(held[i])) {
        means[i] = held[i];
        reading = held[i];
      } else if (equation.memory() == Memory.NONE) {
        reading = atOnce(equation, next, time) + noise;
      } else {
        predict(equation, next, last, time, i, means, variances);
        means[i] += Math.sqrt(variances[i]) * random.nextGaussian();
        reading = means[i] + atOnce(equation, next, time) + noise;
      }
      variances[i] = 0;
      next.readings()[row + i] = reading; // of this row, which nothing else has yet
    }
    return new DynamicState(next.times(), next.readings(), means, variances);
  }

  /** Part of a reading that constant and causes give without a state. */
  private double atOnce(DynamicEquation equation, DynamicState history, double time) {
    return equation.memory().actsOnRate()
        ? 0
        : equation.constant() + effects(equation, history, time);
  }

  private double effects(DynamicEquation equation, DynamicState history, double time) {
    double sum = 0;
    for (DelayedCause cause : equation.causes()) {
      double value =
          history.at(
              cause.variable(),
              time - cause.delaySeconds(),
              TOLERANCE * stepSeconds,
              WIDEST * stepSeconds);
      sum += cause.effect().value(value);
    }
    return sum;
  }

  /**
   * The history with one more reading. If readings lie too near for the longest delay, the newest
   * one replaces the one before.
   */
  private DynamicState extended(DynamicState state, double time, double[] readings) {
    double[] old = state.times();
    int n = old.length;
    boolean dense = n >= 2 && time - old[n - 2] < 2 * span() / (DynamicState.MAX_ROWS - 10);
    int end = dense ? n - 1 : n;
    int begin = Math.max(0, end - DynamicState.MAX_ROWS + 1);
    double[] times = Arrays.copyOfRange(old, begin, end + 1);
    times[end - begin] = time;
    double[] rows = Arrays.copyOfRange(state.readings(), begin * size(), (end + 1) * size());
    System.arraycopy(readings, 0, rows, (end - begin) * size(), size());
    return new DynamicState(times, rows, state.means(), state.variances());
  }

  private double[] unknown() {
    double[] unknown = new double[size()];
    Arrays.fill(unknown, Double.NaN);
    return unknown;
  }
}
