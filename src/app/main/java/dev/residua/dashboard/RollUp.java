package dev.residua.dashboard;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Some numbers of a source over a long time, in stretches of one length: of each the mean and the
 * value furthest from zero. Memory is taken as values arrive, 12 bytes per number and stretch. Not
 * thread-safe.
 */
final class RollUp {
  /** Stretches whose memory is taken together. */
  static final int BLOCK = 12;

  private static final int BYTES_PER_NUMBER = 2 * Float.BYTES + Integer.BYTES;

  private final int numbers;
  private final long stretchMillis;
  private @Nullable Block[] ring;

  /** Neighbouring stretches; {@code number * BLOCK} is the first, counted from 1970. */
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
   * Numbers in a range of stretches.
   *
   * @param fromMillis start of the first stretch, milliseconds since 1970
   * @param stretchMillis length of each
   * @param means shape {@code [numbers][stretches]}; NaN for a stretch without values
   * @param extremes of the same shape
   */
  record Series(long fromMillis, long stretchMillis, float[][] means, float[][] extremes) {}

  /**
   * @param numbers how many, at least 1
   * @param stretchMillis length of a stretch
   * @param stretches how many are kept at least; 0 for none
   */
  RollUp(int numbers, long stretchMillis, int stretches) {
    this.numbers = numbers;
    this.stretchMillis = stretchMillis;
    this.ring = new Block[blocks(stretches)];
  }

  private static int blocks(int stretches) {
    return stretches == 0 ? 0 : (stretches + BLOCK - 1) / BLOCK + 1;
  }

  /** Bytes that so many stretches of some numbers take at most. */
  static long bytes(int numbers, int stretches) {
    return (long) blocks(stretches) * BLOCK * numbers * BYTES_PER_NUMBER;
  }

  /** Bytes that are taken now. */
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

  /** Keeps another number of stretches; 0 for none. */
  void limit(int stretches) {
    @Nullable Block[] before = ring;
    ring = new Block[blocks(stretches)];
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

  /** Takes values of the numbers from {@code first} on; those that are too old are dropped. */
  void add(long atMillis, int first, float... values) {
    if (ring.length == 0) {
      return;
    }
    long stretch = Math.floorDiv(atMillis, stretchMillis);
    long number = Math.floorDiv(stretch, (long) BLOCK);
    Block block = ring[slot(number)];
    if (block != null && block.number > number) {
      return;
    }
    if (block == null || block.number < number) {
      block = new Block(number, numbers * BLOCK);
      ring[slot(number)] = block;
    }
    int at = (int) Math.floorMod(stretch, (long) BLOCK) * numbers + first;
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
   * What is kept of a time.
   *
   * @param fromMillis in the first stretch
   * @param toMillis in the last, not before {@code fromMillis}
   */
  Series series(long fromMillis, long toMillis) {
    long first = Math.floorDiv(fromMillis, stretchMillis);
    int n = Math.toIntExact(Math.floorDiv(toMillis, stretchMillis) - first + 1);
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
    return new Series(first * stretchMillis, stretchMillis, means, extremes);
  }
}
