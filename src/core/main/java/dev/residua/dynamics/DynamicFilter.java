package dev.residua.dynamics;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Filter of one stream of frames that completes their scores: expectations and residuals that
 * depend on earlier frames. Mutable, for one thread. Equal frames give equal bits, also if the
 * state is stored and restored in between.
 */
public final class DynamicFilter {
  private final DynamicModel model;
  private final double[] regular; // deviations of innovations, [d]
  private DynamicState state;

  /** A filter before its first frame; it computes the deviations of the model. */
  public DynamicFilter(DynamicModel model) {
    this(
        model,
        IntStream.range(0, model.size()).mapToDouble(model::regularDeviation).toArray(),
        model.start());
  }

  private DynamicFilter(DynamicModel model, double[] regular, DynamicState state) {
    this.model = model;
    this.regular = regular;
    this.state = state;
  }

  /**
   * Returns another filter of this model.
   *
   * @param from of a filter of this model; null before the first frame
   * @throws IllegalArgumentException if the state is not of such a model
   */
  public DynamicFilter continuing(@Nullable DynamicState from) {
    if (from != null && from.means().length != model.size()) {
      throw new IllegalArgumentException(
          "state of %d variables, the model has %d".formatted(from.means().length, model.size()));
    }
    return new DynamicFilter(model, regular, from == null ? model.start() : from);
  }

  /** Returns the last frames for a diagnosis. */
  public DynamicHistory history() {
    return new DynamicHistory(model, state);
  }

  public DynamicState state() {
    return state;
  }

  /**
   * Takes the next frame, and sets expectation and residual of each variable whose equation uses
   * earlier frames; NaN if they are unknown. The residual is the innovation, after a longer or
   * shorter step than usual scaled to the deviation of a usual one. If time goes back, as when a
   * clock was set or another run begins, the filter starts again.
   *
   * @param seconds time of the frame
   * @param readings shape {@code [d]}, NaN if missing
   * @param expected receives one-step predictions, shape {@code [d]}
   * @param residuals receives residuals, shape {@code [d]}
   */
  public void next(double seconds, float[] readings, float[] expected, float[] residuals) {
    Innovations innovations = advance(seconds, readings);
    for (int i = 0; i < regular.length; i++) {
      if (model.usesHistory(i)) {
        expected[i] = (float) innovations.expected()[i];
        residuals[i] = (float) (innovations.values()[i] * regular[i] / innovations.deviations()[i]);
      }
    }
  }

  /**
   * Takes the next frame without completing a score.
   *
   * @param readings shape {@code [d]}, NaN if missing
   */
  public void read(double seconds, float[] readings) {
    advance(seconds, readings);
  }

  /** Takes a frame whose readings are not to be used. */
  public void skip(double seconds) {
    float[] unknown = new float[model.size()];
    Arrays.fill(unknown, Float.NaN);
    advance(seconds, unknown);
  }

  private Innovations advance(double seconds, float[] readings) {
    int rows = state.times().length;
    if (rows > 0 && seconds < state.times()[rows - 1]) {
      state = model.start();
    }
    Innovations innovations = model.next(state, seconds, doubles(readings));
    state = innovations.state();
    return innovations;
  }

  private static double[] doubles(float[] readings) {
    double[] values = new double[readings.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = readings[i];
    }
    return values;
  }
}
