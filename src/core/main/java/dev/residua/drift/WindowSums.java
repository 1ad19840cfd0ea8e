package dev.residua.drift;

/**
 * Sums of feature vectors over the last {@code w} samples for every scale {@code w}, and the chart
 * values they give. Running sums start again from zero at every multiple of {@link #BLOCK} samples
 * and the previous block is kept, so a sum over at most {@link #BLOCK} samples is a difference
 * within two blocks: rounding never accumulates, and the same last {@code 2 BLOCK} samples give the
 * same bits after any past. Mutable, for one thread.
 */
final class WindowSums {
  static final int BLOCK = DriftSettings.MAX_SCALE;

  private final int banks;
  private final int frequencies;
  private final PlainCharts plain;
  private final int[] scales;

  private float[][] current; // [BLOCK + 1][size], prefix sums; row 0 is zero
  private float[][] previous;
  private int position; // samples in the current block
  private long count;

  private final float[] window;
  private final float[] norms;

  WindowSums(DriftSettings settings, int latents) {
    int size = FeatureMap.size(settings, latents);
    this.banks = settings.bandwidths().length;
    this.frequencies = settings.frequencies();
    this.plain = new PlainCharts(settings, latents);
    this.scales = settings.scales();
    this.current = new float[BLOCK + 1][size];
    this.previous = new float[BLOCK + 1][size];
    this.window = new float[size];
    this.norms = new float[banks];
  }

  long count() {
    return count;
  }

  /** Drops all samples and continues as if {@code newCount} samples had been seen. */
  void reset(long newCount) {
    if (newCount % BLOCK != 0) {
      throw new IllegalArgumentException(
          "sums can only start at a multiple of %d samples, not at %d".formatted(BLOCK, newCount));
    }
    position = 0;
    count = newCount;
  }

  void push(float[] features) {
    if (position == BLOCK) {
      float[][] swap = previous;
      previous = current;
      current = swap;
      position = 0;
    }
    add(current[position], features, current[position + 1]);
    position++;
    count++;
  }

  /**
   * Chart values of one scale: mean-free squared norms and squared standardised sums, divided by
   * the window length.
   *
   * @param out receives one value per chart from {@code at}
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
    if (banks > 0) {
      squaredNorms();
      for (int b = 0; b < banks; b++) {
        out[chart++] = inverse * norms[b];
      }
    }
    plain.values(window, 2 * banks * frequencies, inverse, out, chart);
    return true;
  }

  private void windowSum(int w) {
    float[] end = current[position];
    if (w <= position) {
      difference(end, current[position - w], window);
    } else {
      differenceAcross(end, previous[BLOCK], previous[BLOCK - (w - position)], window);
    }
  }

  /** Pairwise sums of 2 r squares of every bank at once, by halving; overwrites the window. */
  private void squaredNorms() {
    int n = 2 * banks * frequencies;
    square(window, n);
    while (n / banks % 2 == 0) {
      n /= 2;
      fold(window, n);
    }
    for (int b = 0; b < banks; b++) {
      float sum = 0;
      for (int j = b; j < n; j += banks) {
        sum += window[j];
      }
      norms[b] = sum;
    }
  }

  // Whole arrays from index 0: with offsets the compiler does not vectorise these loops.

  private static void square(float[] values, int n) {
    for (int j = 0; j < n; j++) {
      values[j] *= values[j];
    }
  }

  private static void fold(float[] values, int n) {
    for (int j = 0; j < n; j++) {
      values[j] += values[n + j];
    }
  }

  private static void add(float[] a, float[] b, float[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = a[j] + b[j];
    }
  }

  private static void difference(float[] end, float[] start, float[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = end[j] - start[j];
    }
  }

  private static void differenceAcross(float[] end, float[] last, float[] start, float[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = end[j] + (last[j] - start[j]);
    }
  }
}
