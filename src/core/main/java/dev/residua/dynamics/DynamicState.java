package dev.residua.dynamics;

import java.util.Arrays;

/**
 * State of the filters of all variables of one source after a frame: a bounded history of readings,
 * and the mean and variance of each variable's state. Owned by {@link DynamicModel}, which never
 * changes the arrays of a state. At most {@link #MAX_ROWS} readings: 17 kB for 12 variables.
 *
 * @param times of the readings in seconds, ascending
 * @param readings shape {@code [times][variables]}, row-major; NaN if missing
 * @param means of the states after the newest reading; NaN if unknown or without a state
 * @param variances of the states
 */
public record DynamicState(double[] times, double[] readings, double[] means, double[] variances) {
  /** Largest number of readings per variable. */
  public static final int MAX_ROWS = 160;

  /**
   * @throws IllegalArgumentException if sizes differ, times do not ascend, or there are too many
   */
  public DynamicState {
    if (readings.length != times.length * means.length || times.length > MAX_ROWS) {
      throw new IllegalArgumentException(
          "%d times, at most %d, and %d readings of %d variables"
              .formatted(times.length, MAX_ROWS, readings.length, means.length));
    }
    for (int k = 0; k < times.length; k++) {
      if (!Double.isFinite(times[k]) || (k > 0 && !(times[k] > times[k - 1]))) {
        throw new IllegalArgumentException("times must be finite and ascending");
      }
    }
    if (variances.length != means.length) {
      throw new IllegalArgumentException(
          "%d variances for %d means".formatted(variances.length, means.length));
    }
  }

  /**
   * Returns the value of a variable at a time by linear interpolation; NaN if it is not known
   * there.
   *
   * @param tolerance readings so near in time count as exact
   * @param widest largest distance of two readings between which is interpolated
   */
  double at(int variable, double time, double tolerance, double widest) {
    int newer = -1;
    for (int k = times.length - 1; k >= 0; k--) {
      double value = reading(k, variable);
      if (Double.isNaN(value)) {
        continue;
      }
      if (Math.abs(times[k] - time) <= tolerance) {
        return value;
      }
      if (times[k] > time) {
        newer = k;
      } else if (newer < 0 || times[newer] - times[k] > widest) {
        return Double.NaN;
      } else {
        double share = (time - times[k]) / (times[newer] - times[k]);
        return value + share * (reading(newer, variable) - value);
      }
    }
    return Double.NaN;
  }

  /**
   * Returns the median time between two readings, in seconds.
   *
   * @param otherwise for fewer than two readings
   */
  double usualStep(double otherwise) {
    double[] steps = new double[Math.max(0, times.length - 1)];
    for (int k = 0; k < steps.length; k++) {
      steps[k] = times[k + 1] - times[k];
    }
    Arrays.sort(steps);
    return steps.length == 0 ? otherwise : steps[steps.length / 2];
  }

  /** Returns a reading; NaN if it is missing. */
  public double reading(int row, int variable) {
    return readings[row * means.length + variable];
  }
}
