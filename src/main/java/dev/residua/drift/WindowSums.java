package dev.residua.drift;

import java.util.Arrays;

/**
 * Sums of feature vectors over the last {@code w} samples for every scale {@code w}, and the chart
 * values they give. Running sums start again from zero at every multiple of {@link #BLOCK} samples
 * and the previous block is kept, so a sum over at most {@link #BLOCK} samples is a difference
 * within two blocks: rounding never accumulates, and the same last {@code 2 BLOCK} samples give the
 * same bits whatever came before them. Mutable, for one thread.
 */
final class WindowSums {
  /** Samples of a block. */
  static final int BLOCK = DriftSettings.MAX_SCALE;

  private final int size;
  private final int latents;
  private final int banks;
  private final int frequencies;
  private final boolean linear;
  private final boolean mean;
  private final boolean spread;
  private final int[] scales;
  private final int charts;

  private float[] current; // [BLOCK + 1][size], prefix sums; row 0 is zero
  private float[] previous;
  private int position; // samples in the current block
  private long count;

  private final float[] window;
  private final float[] squares;

  WindowSums(DriftSettings settings, int latents) {
    this.size = FeatureMap.size(settings, latents);
    this.latents = latents;
    this.banks = settings.bandwidths().length;
    this.frequencies = settings.frequencies();
    this.linear = settings.linear();
    this.mean = settings.mean();
    this.spread = settings.spread();
    this.scales = settings.scales();
    this.charts = settings.charts();
    this.current = new float[(BLOCK + 1) * size];
    this.previous = new float[(BLOCK + 1) * size];
    this.window = new float[size];
    this.squares = new float[2 * frequencies];
  }

  long count() {
    return count;
  }

  /** Forgets everything and goes on as if {@code newCount} samples had been seen. */
  void reset(long newCount) {
    if (newCount % BLOCK != 0) {
      throw new IllegalArgumentException(
          "sums can only start at a multiple of %d samples, not at %d".formatted(BLOCK, newCount));
    }
    position = 0;
    count = newCount;
    Arrays.fill(previous, BLOCK * size, (BLOCK + 1) * size, 0);
  }

  /** Adds one feature vector that starts at {@code offset}. O(size). */
  void push(float[] features, int offset) {
    if (position == BLOCK) {
      float[] swap = previous;
      previous = current;
      current = swap;
      position = 0;
    }
    int from = position * size;
    add(current, from, features, offset, current, from + size, size);
    position++;
    count++;
  }

  /**
   * Chart values of one scale: mean-free squared norms and squared standardised sums, divided by
   * the window length.
   *
   * @param out receives one value a chart from {@code at}
   * @return false, and nothing written, if fewer samples than the scale were seen
   */
  boolean values(int scaleIndex, float[] out, int at) {
    int w = scales[scaleIndex];
    if (w > count) {
      return false;
    }
    windowSum(w);
    float inverse = 1f / w;
    int chart = at;
    for (int b = 0; b < banks; b++) {
      out[chart++] = inverse * squaredNorm(2 * b * frequencies);
    }
    int next = 2 * banks * frequencies;
    if (linear) {
      float sum = 0;
      for (int i = 0; i < latents; i++) {
        float value = window[next++];
        sum += value * value;
      }
      out[chart++] = inverse * sum;
    }
    if (mean) {
      out[chart++] = inverse * largestSquare(next);
      next += latents;
    }
    if (spread) {
      out[chart++] = inverse * largestSquare(next);
    }
    return true;
  }

  int charts() {
    return charts;
  }

  /** The window's sum of the features from {@code first}; needs at least {@code w} samples. */
  float sum(int w, int feature) {
    int end = position * size + feature;
    if (w <= position) {
      return current[end] - current[end - w * size];
    }
    int start = (BLOCK - (w - position)) * size + feature;
    return current[end] + (previous[BLOCK * size + feature] - previous[start]);
  }

  private void windowSum(int w) {
    int end = position * size;
    if (w <= position) {
      difference(current, end, end - w * size, window, size);
    } else {
      int start = (BLOCK - (w - position)) * size;
      differenceAcross(current, end, previous, BLOCK * size, start, window, size);
    }
  }

  /** Pairwise sum of 2 r squares; elementwise passes, which the compiler vectorises. */
  private float squaredNorm(int from) {
    int half = frequencies;
    for (int j = 0; j < half; j++) {
      float a = window[from + j];
      float b = window[from + half + j];
      squares[j] = a * a + b * b;
    }
    int n = half;
    while (n > 8 && n % 2 == 0) {
      n /= 2;
      fold(squares, n);
    }
    float sum = 0;
    for (int j = 0; j < n; j++) {
      sum += squares[j];
    }
    return sum;
  }

  private float largestSquare(int from) {
    float largest = 0;
    for (int i = 0; i < latents; i++) {
      float value = window[from + i];
      largest = Math.max(largest, value * value);
    }
    return largest;
  }

  private static void fold(float[] values, int n) {
    for (int j = 0; j < n; j++) {
      values[j] += values[n + j];
    }
  }

  private static void add(float[] a, int ai, float[] b, int bi, float[] out, int at, int n) {
    for (int j = 0; j < n; j++) {
      out[at + j] = a[ai + j] + b[bi + j];
    }
  }

  private static void difference(float[] sums, int end, int start, float[] out, int n) {
    for (int j = 0; j < n; j++) {
      out[j] = sums[end + j] - sums[start + j];
    }
  }

  private static void differenceAcross(
      float[] current, int end, float[] previous, int last, int start, float[] out, int n) {
    for (int j = 0; j < n; j++) {
      out[j] = current[end + j] + (previous[last + j] - previous[start + j]);
    }
  }
}
