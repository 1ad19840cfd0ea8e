package dev.residua.frame;

/**
 * Measures what {@link SensorMeter} measures, over the pixels that are not masked. About three
 * times slower: its loops ask for every pixel whether it counts. For one thread.
 */
final class MaskedSensorMeter {
  private final int w;
  private final int h;
  private final int[] luma;
  private final boolean[] counts;
  private PixelMask mask = PixelMask.NONE;

  /**
   * @param luma values that are measured, {@code [height][width]}
   */
  MaskedSensorMeter(ImageShape shape, int[] luma) {
    this.w = shape.width();
    this.h = shape.height();
    this.luma = luma;
    this.counts = new boolean[luma.length];
  }

  SensorReadings measure(PixelMask newMask, long hash) {
    if (!newMask.equals(mask)) {
      mask = newMask;
      for (int i = 0; i < counts.length; i++) {
        counts[i] = !mask.covers(i);
      }
    }
    long n = 0;
    long sum = 0;
    long squares = 0;
    int dark = 0;
    int saturated = 0;
    for (int i = 0; i < luma.length; i++) {
      if (counts[i]) {
        int value = luma[i];
        n++;
        sum += value;
        squares += (long) value * value;
        dark += SensorMeter.isDark(value) ? 1 : 0;
        saturated += SensorMeter.isSaturated(value) ? 1 : 0;
      }
    }
    if (n == 0) {
      throw new IllegalArgumentException(
          "all pixels are masked, expected at least one that is not");
    }
    long spread = n * squares - sum * sum;
    return new SensorReadings(
        (float) ((double) sum / n),
        (float) dark / n,
        (float) saturated / n,
        spread == 0 ? 0 : (float) (laplacian() / ((double) spread / n / n)),
        tear(),
        hash);
  }

  private double laplacian() {
    long sum = 0;
    long n = 0;
    for (int y = 1; y < h - 1; y++) {
      for (int x = 1, at = y * w + 1; x < w - 1; x++, at++) {
        if (counts[at] && counts[at - 1] && counts[at + 1] && counts[at - w] && counts[at + w]) {
          int d = 4 * luma[at] - luma[at - 1] - luma[at + 1] - luma[at - w] - luma[at + w];
          sum += (long) d * d;
          n++;
        }
      }
    }
    return n == 0 ? 0 : (double) sum / n;
  }

  /** Over the pairs of rows with the largest differences, as without a mask. */
  private float tear() {
    int[] largest = new int[SensorMeter.PAIRS];
    int[] rows = new int[SensorMeter.PAIRS];
    for (int y = 0; y + 1 < h; y++) {
      int difference = difference(y, 0);
      int k = SensorMeter.PAIRS - 1;
      if (difference <= largest[k]) {
        continue;
      }
      for (; k > 0 && largest[k - 1] < difference; k--) {
        largest[k] = largest[k - 1];
        rows[k] = rows[k - 1];
      }
      largest[k] = difference;
      rows[k] = y;
    }
    int best = 0;
    for (int k = 0; k < SensorMeter.PAIRS && largest[k] > best; k++) {
      int smallest = largest[k];
      int unrotated = compared(rows[k], 0);
      for (int s = 1; s < w; s++) {
        int n = compared(rows[k], s);
        if (2 * n >= unrotated) { // with less to compare, chance makes it small
          smallest = Math.min(smallest, difference(rows[k], s) * unrotated / n);
        }
      }
      best = Math.max(best, largest[k] - smallest);
    }
    return (float) best / w;
  }

  /** Sum of absolute differences of a row and the next one rotated by s pixels. */
  private int difference(int row, int s) {
    int sum = 0;
    for (int x = 0, at = row * w; x < w; x++) {
      int below = at + w + (x + s) % w;
      if (counts[at + x] && counts[below]) {
        sum += Math.abs(luma[at + x] - luma[below]);
      }
    }
    return sum;
  }

  private int compared(int row, int s) {
    int n = 0;
    for (int x = 0, at = row * w; x < w; x++) {
      n += counts[at + x] && counts[at + w + (x + s) % w] ? 1 : 0;
    }
    return n;
  }
}
