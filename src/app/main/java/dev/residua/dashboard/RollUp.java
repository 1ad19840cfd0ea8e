package dev.residua.dashboard;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Ring buffer of numbers by period: the mean of each, and the value furthest from zero. Memory
 * grows as values arrive, 12 bytes per number and period. Not thread-safe.
 */
final class RollUp {
  /** Periods whose memory is allocated together. */
  static final int BLOCK = 12;

  private static final int BYTES_PER_NUMBER = 2 * Float.BYTES + Integer.BYTES;

  private final int numbers;
  private final long periodMillis;
  private @Nullable Block[] ring;

  /** Consecutive periods; {@code number * BLOCK} is the first, counted from 1970. */
  private static final class Block {
    private final long number;
    private final float[] sums;
    private final float[] extremes;
    private final int[] counts;

    private Block(long number, int size) {
      this.number = number;
      this.sums = new float[size];
      this.extremes = new float[size];
      this.counts = new int[size];
    }
  }

  /**
   * Numbers in a range of periods.
   *
   * @param fromMillis start of the first period, milliseconds since 1970
   * @param periodMillis length of each
   * @param means shape {@code [numbers][periods]}; NaN for a period without values
   * @param extremes in this shape too
   */
  record Series(long fromMillis, long periodMillis, float[][] means, float[][] extremes) {}

  /**
   * @param numbers at least 1
   * @param periodMillis length of a period
   * @param periods min number of periods that are kept; 0 for none
   */
  RollUp(int numbers, long periodMillis, int periods) {
    this.numbers = numbers;
    this.periodMillis = periodMillis;
    this.ring = new Block[blocks(periods)];
  }

  private static int blocks(int periods) {
    return periods == 0 ? 0 : (periods + BLOCK - 1) / BLOCK + 1;
  }

  /** Returns the max memory of some periods. */
  static long bytes(int numbers, int periods) {
    return (long) blocks(periods) * BLOCK * numbers * BYTES_PER_NUMBER;
  }

  long bytes() {
    return Arrays.stream(ring)
        .filter(Objects::nonNull)
        .mapToLong(
            block ->
                (long) Float.BYTES * (block.sums.length + block.extremes.length)
                    + (long) Integer.BYTES * block.counts.length)
        .sum();
  }

  int numbers() {
    return numbers;
  }

  /** Changes the number of periods that are kept; 0 for none. */
  void limit(int periods) {
    @Nullable Block[] before = ring;
    ring = new Block[blocks(periods)];
    if (ring.length == 0) {
      return;
    }
    for (Block block : before) {
      if (block != null) {
        int at = slot(block.number);
        Block other = ring[at];
        if (other == null || other.number < block.number) {
          ring[at] = block;
        }
      }
    }
  }

  private int slot(long block) {
    return (int) Math.floorMod(block, (long) ring.length);
  }

  /** Adds values of the numbers from {@code first} on; values that are too old are dropped. */
  void add(long atMillis, int first, float... values) {
    if (ring.length == 0) {
      return;
    }
    long period = Math.floorDiv(atMillis, periodMillis);
    long number = Math.floorDiv(period, (long) BLOCK);
    Block block = ring[slot(number)];
    if (block != null && block.number > number) {
      return;
    }
    if (block == null || block.number < number) {
      block = new Block(number, numbers * BLOCK);
      ring[slot(number)] = block;
    }
    int at = (int) Math.floorMod(period, (long) BLOCK) * numbers + first;
    for (int i = 0; i < values.length && first + i < numbers; i++) {
      float value = values[i];
      if (Float.isNaN(value)) {
        continue;
      }
      block.sums[at + i] += value;
      if (block.counts[at + i]++ == 0 || Math.abs(value) > Math.abs(block.extremes[at + i])) {
        block.extremes[at + i] = value;
      }
    }
  }

  /**
   * Returns the numbers of a time.
   *
   * @param fromMillis in the first period
   * @param toMillis in the last, not before {@code fromMillis}
   */
  Series series(long fromMillis, long toMillis) {
    long first = Math.floorDiv(fromMillis, periodMillis);
    int n = Math.toIntExact(Math.floorDiv(toMillis, periodMillis) - first + 1);
    float[][] means = new float[numbers][n];
    float[][] extremes = new float[numbers][n];
    for (int k = 0; k < numbers; k++) {
      Arrays.fill(means[k], Float.NaN);
      Arrays.fill(extremes[k], Float.NaN);
    }
    for (int i = 0; i < n && ring.length > 0; i++) {
      long number = Math.floorDiv(first + i, (long) BLOCK);
      Block block = ring[slot(number)];
      if (block == null || block.number != number) {
        continue;
      }
      int at = (int) Math.floorMod(first + i, (long) BLOCK) * numbers;
      for (int k = 0; k < numbers; k++) {
        if (block.counts[at + k] > 0) {
          means[k][i] = block.sums[at + k] / block.counts[at + k];
          extremes[k][i] = block.extremes[at + k];
        }
      }
    }
    return new Series(first * periodMillis, periodMillis, means, extremes);
  }
}
