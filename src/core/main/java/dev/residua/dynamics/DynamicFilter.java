package dev.residua.dynamics;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Filter of one stream of frames that completes their scores: expectations and residuals that
 * depend on earlier frames. Mutable, for one thread. Equal frames give equal bits, also if the
 * state is stored and restored in between.
 */
public final class DynamicFilter {
  private final DynamicModel model;
  private final double[] regular; // deviations of innovations, [d]
  private DynamicState state;

  /**
   * @param state from {@link DynamicModel#start} or {@link #state}
   * @throws IllegalArgumentException if the state is not of such a model
   */
  public DynamicFilter(DynamicModel model, DynamicState state) {
    if (state.means().length != model.size()) {
      throw new IllegalArgumentException(
          "state of %d variables, the model has %d".formatted(state.means().length, model.size()));
    }
    this.model = model;
    this.regular = IntStream.range(0, model.size()).mapToDouble(model::regularDeviation).toArray();
    this.state = state;
  }

  public DynamicState state() {
    return state;
  }

  /**
   * Takes the next frame, and sets expectation and residual of each variable whose equation uses
   * earlier frames; NaN if they are unknown. The residual is the innovation, after a longer or
   * shorter step than usual scaled to the deviation of a usual one.
   *
   * @param seconds time of the frame
   * @param readings shape {@code [d]}, NaN if missing
   * @param expected receives one-step predictions, shape {@code [d]}
   * @param residuals receives residuals, shape {@code [d]}
   */
  public void next(double seconds, float[] readings, float[] expected, float[] residuals) {
    Innovations innovations = model.next(state, seconds, doubles(readings));
    state = innovations.state();
    for (int i = 0; i < regular.length; i++) {
      if (model.usesHistory(i)) {
        expected[i] = (float) innovations.expected()[i];
        residuals[i] = (float) (innovations.values()[i] * regular[i] / innovations.deviations()[i]);
      }
    }
  }

  /** Takes a frame whose readings are not to be used. */
  public void skip(double seconds) {
    double[] unknown = new double[model.size()];
    Arrays.fill(unknown, Double.NaN);
    state = model.next(state, seconds, unknown).state();
  }

  private static double[] doubles(float[] readings) {
    double[] values = new double[readings.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = readings[i];
    }
    return values;
  }
}
