package dev.residua.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One figure over the time of a soak benchmark, and whether it grows: by the medians of the first
 * and of the last half of its values, without those of a warm-up.
 */
final class SoakSeries {
  /** Share of the values, from the first one, that are the warm-up. */
  static final double WARM_UP = 0.25;

  /** Relative growth from which on a series grows. */
  static final double TOLERANCE = 0.1;

  /** Values after the warm-up that a verdict needs. */
  static final int LEAST = 4;

  private final String unit;
  private final double floor;
  private final List<Double> values = new ArrayList<>();

  enum Verdict {
    STEADY,
    GROWS,
    TOO_SHORT
  }

  /**
   * A series at its end.
   *
   * @param unit unit of the values
   * @param first median of the first half after the warm-up
   * @param last median of the last half
   * @param largest largest of all values
   * @param verdict whether it grows
   */
  record Summary(String unit, double first, double last, double largest, Verdict verdict) {}

  /**
   * @param unit unit of the values
   * @param floor growth in that unit that is not reported, at least 0
   */
  SoakSeries(String unit, double floor) {
    this.unit = unit;
    this.floor = floor;
  }

  void add(double value) {
    values.add(value);
  }

  Summary summary() {
    double largest = values.stream().mapToDouble(v -> v).max().orElse(Double.NaN);
    List<Double> counted = values.subList((int) (values.size() * WARM_UP), values.size());
    if (counted.size() < LEAST) {
      return new Summary(unit, Double.NaN, Double.NaN, largest, Verdict.TOO_SHORT);
    }
    int half = counted.size() / 2;
    double first = median(counted.subList(0, half));
    double last = median(counted.subList(counted.size() - half, counted.size()));
    boolean grows = last - first > Math.max(floor, TOLERANCE * first);
    return new Summary(unit, first, last, largest, grows ? Verdict.GROWS : Verdict.STEADY);
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(v -> v).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
