package dev.residua.dashboard;

import java.util.Arrays;

/**
 * Ring buffer of the last quarter of an hour of a source: for each period of ten seconds and each
 * number, the value furthest from zero. Not thread-safe.
 */
final class Trend {
  /** Number of periods. */
  static final int PERIODS = 90;

  /** Length of a period. */
  static final long PERIOD_MILLIS = 10_000;

  private final int numbers;
  private final float[] extremes; // [period % PERIODS][number]
  private long newest = Long.MIN_VALUE; // number of the period since 1970

  Trend(int numbers) {
    this.numbers = numbers;
    this.extremes = new float[PERIODS * numbers];
  }

  int numbers() {
    return numbers;
  }

  /** Adds values from {@code first} on; values older than a quarter of an hour are dropped. */
  void add(long atMillis, int first, float... values) {
    long period = Math.floorDiv(atMillis, PERIOD_MILLIS);
    if (newest == Long.MIN_VALUE || period - newest >= PERIODS) {
      Arrays.fill(extremes, Float.NaN);
      newest = period;
    }
    for (; newest < period; newest++) {
      int at = row(newest + 1);
      Arrays.fill(extremes, at, at + numbers, Float.NaN);
    }
    if (period <= newest - PERIODS) {
      return;
    }
    int at = row(period) + first;
    for (int i = 0; i < values.length && first + i < numbers; i++) {
      if (!Float.isNaN(values[i]) && !(Math.abs(values[i]) <= Math.abs(extremes[at + i]))) {
        extremes[at + i] = values[i];
      }
    }
  }

  private int row(long period) {
    return (int) Math.floorMod(period, (long) PERIODS) * numbers;
  }

  /** Returns the number of the newest period, counted from 1970. */
  long newest() {
    return newest;
  }

  /**
   * Returns one number over time, the oldest period first; NaN for a period without values.
   *
   * @return shape {@code [PERIODS]}, empty before the first value
   */
  float[] of(int number) {
    if (newest == Long.MIN_VALUE) {
      return new float[0];
    }
    float[] values = new float[PERIODS];
    for (int i = 0; i < PERIODS; i++) {
      values[i] = extremes[row(newest - PERIODS + 1 + i) + number];
    }
    return values;
  }
}
