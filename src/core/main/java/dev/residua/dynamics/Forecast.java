package dev.residua.dynamics;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Possible futures of all variables after a frame, drawn from the equations. Each begins at a state
 * that is as likely as the readings so far make it, and has noise of its own. The future of a
 * variable whose causes act on its rate of change is that of its state, without the noise of
 * readings.
 *
 * <p>Valid if the equations are right and stay so, and within the values of the training. Equal
 * arguments give equal bits. Takes about 0.5 us per path, step and variable.
 *
 * @param seconds times after the last frame, ascending
 * @param values shape {@code [variables][times][paths]}, ascending over the paths; NaN if unknown
 * @param arrivals at the limits, by variable
 */
@SuppressWarnings("ArrayRecordComponent") // read here alone
public record Forecast(double[] seconds, double[][][] values, Map<Integer, Arrival> arrivals) {
  /** Most steps ahead. */
  public static final int MAX_STEPS = 20_000;

  /** Futures. A share of 5 % of them has a standard error of 1 %. */
  private static final int PATHS = 400;

  /**
   * When a variable reaches a limit, from the side on which it is at the last frame.
   *
   * @param limit its value
   * @param share of the futures that reach it
   * @param medianSeconds time by which half of all futures have reached it; NaN if fewer do
   */
  public record Arrival(double limit, double share, double medianSeconds) {}

  /**
   * Draws futures.
   *
   * @param state after the last frame
   * @param steps of the training's length, 1 to {@link #MAX_STEPS}
   * @param times number of times at even distances, 1 to {@code steps}; the last is that of the
   *     last step
   * @param held values of variables that are set from outside, from the next frame on
   * @param limits by variable
   * @param seed of the draws
   * @throws IllegalArgumentException if the state has no frame, or steps or times are out of range
   */
  public static Forecast of(
      DynamicModel model,
      DynamicState state,
      int steps,
      int times,
      Map<Integer, Double> held,
      Map<Integer, Double> limits,
      long seed) {
    if (state.times().length == 0 || steps < 1 || steps > MAX_STEPS || times < 1 || times > steps) {
      throw new IllegalArgumentException(
          "a forecast needs a frame and 1 to %d steps with no more times, got %d frames, %d steps and %d times"
              .formatted(MAX_STEPS, state.times().length, steps, times));
    }
    int d = model.size();
    List<Integer> order = model.causalOrder();
    double[] fixed = perVariable(d, held);
    double[] limit = perVariable(d, limits);
    double[][] reached = new double[d][PATHS];
    double[] seconds = new double[times];
    double[][][] values = new double[d][times][PATHS];
    RandomGenerator random = new SplittableRandom(seed);
    for (int path = 0; path < PATHS; path++) {
      DynamicState at = model.drawnStart(state, random);
      boolean[] above = new boolean[d];
      for (int i = 0; i < d; i++) {
        above[i] = value(model, at, i) >= limit[i];
        reached[i][path] = Double.POSITIVE_INFINITY;
      }
      int next = 0;
      for (int k = 1; k <= steps; k++) {
        at = model.drawn(at, order, fixed, random);
        double after = k * model.stepSeconds();
        for (int i = 0; i < d; i++) {
          double value = value(model, at, i);
          if (above[i] ? value <= limit[i] : value >= limit[i]) {
            reached[i][path] = Math.min(reached[i][path], after);
          }
        }
        if (k == (long) (next + 1) * steps / times) {
          seconds[next] = after;
          for (int i = 0; i < d; i++) {
            values[i][next][path] = value(model, at, i);
          }
          next++;
        }
      }
    }
    Arrays.stream(values).flatMap(Arrays::stream).forEach(Arrays::sort);
    Map<Integer, Arrival> arrivals = new LinkedHashMap<>();
    limits.forEach((i, value) -> arrivals.put(i, arrival(value, reached[i])));
    return new Forecast(seconds, values, arrivals);
  }

  /** Returns an array of one number per variable, NaN for a variable that has none. */
  private static double[] perVariable(int d, Map<Integer, Double> given) {
    double[] values = new double[d];
    Arrays.setAll(values, i -> given.getOrDefault(i, Double.NaN));
    return values;
  }

  private static double value(DynamicModel model, DynamicState state, int variable) {
    return model.equations().get(variable).memory().actsOnRate()
        ? state.means()[variable]
        : state.reading(state.times().length - 1, variable);
  }

  private static Arrival arrival(double limit, double[] reached) {
    double[] ascending = reached.clone();
    Arrays.sort(ascending);
    long count = Arrays.stream(ascending).filter(Double::isFinite).count();
    double median = ascending[(PATHS - 1) / 2];
    return new Arrival(
        limit, (double) count / PATHS, Double.isFinite(median) ? median : Double.NaN);
  }

  /**
   * Returns a quantile of a variable at a time.
   *
   * @param time index into {@link #seconds}
   * @param share of the futures below it, 0 to 1
   * @return NaN if a future is unknown
   */
  public double quantile(int variable, int time, double share) {
    double[] ascending = values[variable][time];
    boolean known = !Double.isNaN(ascending[PATHS - 1]); // NaN sorts last
    return known ? ascending[(int) Math.round(share * (PATHS - 1))] : Double.NaN;
  }
}
