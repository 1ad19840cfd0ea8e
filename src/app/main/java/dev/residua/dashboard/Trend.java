package dev.residua.dashboard;

import java.util.Arrays;

/**
 * The last quarter of an hour of a source in stretches of ten seconds: for each number its value
 * furthest from zero. Not thread-safe.
 */
final class Trend {
  /** Stretches that are kept. */
  static final int STRETCHES = 90;

  /** Length of one, in milliseconds. */
  static final long STRETCH_MILLIS = 10_000;

  private final int numbers;
  private final float[] extremes; // [stretch % STRETCHES][number]
  private long newest = Long.MIN_VALUE; // stretch number since 1970

  Trend(int numbers) {
    this.numbers = numbers;
    this.extremes = new float[STRETCHES * numbers];
  }

  int numbers() {
    return numbers;
  }

  /** Takes values from {@code first} on; those older than a quarter of an hour are dropped. */
  void add(long atMillis, int first, float... values) {
    long stretch = Math.floorDiv(atMillis, STRETCH_MILLIS);
    if (newest == Long.MIN_VALUE || stretch - newest >= STRETCHES) {
      Arrays.fill(extremes, Float.NaN);
      newest = stretch;
    }
    for (; newest < stretch; newest++) {
      int at = row(newest + 1);
      Arrays.fill(extremes, at, at + numbers, Float.NaN);
    }
    if (stretch <= newest - STRETCHES) {
      return;
    }
    int at = row(stretch) + first;
    for (int i = 0; i < values.length && first + i < numbers; i++) {
      if (!Float.isNaN(values[i]) && !(Math.abs(values[i]) <= Math.abs(extremes[at + i]))) {
        extremes[at + i] = values[i];
      }
    }
  }

  private int row(long stretch) {
    return (int) Math.floorMod(stretch, (long) STRETCHES) * numbers;
  }

  /** Number of the newest stretch: its start in units of its length since 1970. */
  long newest() {
    return newest;
  }

  /**
   * One number over time, oldest stretch first; NaN for a stretch without values.
   *
   * @return shape {@code [STRETCHES]}, empty before the first value
   */
  float[] of(int number) {
    if (newest == Long.MIN_VALUE) {
      return new float[0];
    }
    float[] values = new float[STRETCHES];
    for (int i = 0; i < STRETCHES; i++) {
      values[i] = extremes[row(newest - STRETCHES + 1 + i) + number];
    }
    return values;
  }
}
