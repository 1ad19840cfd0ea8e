package dev.residua.frame;

/**
 * {@link SensorMeter} for masked pictures. About three times slower, because its loops check the
 * mask of every pixel. For one thread.
 */
final class MaskedSensorMeter {
  private final int w;
  private final int h;
  private final int[] luma;
  private final boolean[] counts;
  private final int[] upper;
  private final int[] lower;
  private PixelMask mask = PixelMask.NONE;

  MaskedSensorMeter(ImageShape shape, int[] luma) {
    this.w = shape.width();
    this.h = shape.height();
    this.luma = luma;
    this.counts = new boolean[luma.length];
    this.upper = new int[shape.width()];
    this.lower = new int[shape.width()];
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

  /**
   * Like {@link SensorMeter}, but over the columns in which neither row is masked; these are
   * compared as if they were adjacent.
   */
  private float tear() {
    double[] differences = new double[Math.max(0, h - 1)];
    double total = 0;
    int pairs = 0;
    for (int y = 0; y + 1 < h; y++) {
      int n = read(y);
      if (n > 0) {
        differences[y] = (double) unrotated(n) / n;
        total += differences[y];
        pairs++;
      }
    }
    double mean = total / Math.max(1, pairs);
    double best = 0;
    for (int pair = 0; pair < SensorMeter.PAIRS; pair++) {
      int y = 0;
      for (int other = 1; other < differences.length; other++) {
        y = differences[other] > differences[y] ? other : y;
      }
      if (differences.length == 0 || differences[y] <= best) {
        break;
      }
      differences[y] = 0;
      int n = read(y);
      int unrotated = unrotated(n);
      double rotated = (double) smallestWhenRotated(n, unrotated) / n;
      double tear = (double) unrotated / n - rotated - Math.max(0, rotated - mean);
      best = Math.max(best, tear);
    }
    return (float) best;
  }

  /**
   * Reads a row and the next one at the columns in which neither is masked; returns the number of
   * columns.
   */
  private int read(int y) {
    int n = 0;
    for (int x = 0, at = y * w; x < w; x++, at++) {
      if (counts[at] && counts[at + w]) {
        upper[n] = luma[at];
        lower[n++] = luma[at + w];
      }
    }
    return n;
  }

  private int unrotated(int n) {
    int difference = 0;
    for (int x = 0; x < n; x++) {
      difference += Math.abs(upper[x] - lower[x]);
    }
    return difference;
  }

  private int smallestWhenRotated(int n, int unrotated) {
    int smallest = unrotated;
    for (int s = 1; s < n; s++) {
      int difference = 0;
      for (int x = 0, other = s; x < n; x++, other = other + 1 == n ? 0 : other + 1) {
        difference += Math.abs(upper[x] - lower[other]);
      }
      smallest = Math.min(smallest, difference);
    }
    return smallest;
  }
}
