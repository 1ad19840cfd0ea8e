package dev.residua.drift;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The charts of several streams that advance together, one sample each per step. The values have
 * the same bits as those of {@link FeatureMap}, {@link WindowSums}, {@link SlowCharts} and {@link
 * ChartMaximum} for each stream, in two fifths of the time: the numbers of all streams lie next to
 * each other, so that the compiler vectorises all long loops. For simulations. Mutable, for one
 * thread.
 *
 * <p>In every array the stream is the last index, written {@code [..][L]}.
 */
final class StreamBatch {
  /** Parts of the kernel features that are read one after the other; divides their number. */
  private static final int PARTS = 4;

  private static final int BLOCK = WindowSums.BLOCK;

  private final int streams; // L
  private final int latents;
  private final int banks;
  private final int[] scales;
  private final int[] memories;
  private final FeatureMap map;
  private final float[][] turns; // [2 d][half of the frequencies][L], first halves first
  private final float[][] centre; // [PARTS + 1][part][L]

  private final float[][] standardized; // [d][half of the frequencies][L]
  private final float[] angles;
  private final float[][] features; // [PARTS + 1][part][L]
  private final float[] plain; // of one stream

  // Sums since the block began, and those at its last BLOCK steps. Rows that are older than the
  // block are relative to its beginning, so that every window is one difference of two rows.
  private float[][] sum; // [PARTS + 1][part][L]
  private final float[][][] rows; // [BLOCK][PARTS + 1][part][L], step t at t % BLOCK
  private int position;
  private int count;

  private final float[] squares; // [part][L], then folded
  private final float[] half;
  private final float[] window; // [plain features][L]
  private final float[] plainSquares; // likewise
  private final int[] rowCharts;
  private final float[] values; // [rows][L]

  private final float[][] means; // [memories][plain features][L]
  private final float[] variances;

  /**
   * @param streams number of streams; from 8 on the loops are long enough to pay
   */
  StreamBatch(DriftSettings settings, FeatureMap features, int streams) {
    this.streams = streams;
    this.latents = features.latents;
    this.banks = settings.bandwidths().length;
    this.scales = settings.scales();
    this.memories = settings.memories();
    this.map = features.copy(settings);
    int part = 2 * banks * settings.frequencies() / PARTS;
    int plainSize = FeatureMap.plainSize(settings, latents);
    this.turns = new float[2 * latents][];
    for (int k = 0; k < latents; k++) {
      turns[k] = spread(features.turns[k], 0, part);
      turns[latents + k] = spread(features.turns[k], part, part);
    }
    this.centre = new float[PARTS + 1][];
    for (int p = 0; p < PARTS; p++) {
      centre[p] = spread(features.centre, p * part, part);
    }
    centre[PARTS] = spread(features.centre, PARTS * part, plainSize);
    this.standardized = new float[latents][part * streams];
    this.angles = new float[part * streams];
    this.features = newRow(part, plainSize);
    this.plain = new float[plainSize];
    this.sum = newRow(part, plainSize);
    this.rows = new float[BLOCK][][];
    for (int t = 0; t < BLOCK; t++) {
      rows[t] = newRow(part, plainSize);
    }
    this.squares = new float[part * streams];
    this.half = new float[part * streams];
    this.window = new float[plainSize * streams];
    this.plainSquares = new float[plainSize * streams];
    this.rowCharts = rowCharts(settings);
    this.values = new float[rowCharts.length * streams];
    this.means = new float[memories.length][plainSize * streams];
    this.variances = new float[memories.length];
  }

  private int[] rowCharts(DriftSettings settings) {
    List<Chart> charts = Chart.of(settings, latents);
    return IntStream.range(0, settings.charts())
        .flatMap(chart -> IntStream.generate(() -> chart).limit(charts.get(chart).rows()))
        .toArray();
  }

  private float[][] newRow(int part, int plainSize) {
    float[][] row = new float[PARTS + 1][];
    for (int p = 0; p < PARTS; p++) {
      row[p] = new float[part * streams];
    }
    row[PARTS] = new float[plainSize * streams];
    return row;
  }

  /** Every value once for each stream. */
  private float[] spread(float[] from, int offset, int length) {
    float[] spread = new float[length * streams];
    for (int j = 0; j < length; j++) {
      Arrays.fill(spread, j * streams, (j + 1) * streams, from[offset + j]);
    }
    return spread;
  }

  int latents() {
    return latents;
  }

  void reset() {
    for (float[] part : sum) {
      Arrays.fill(part, 0);
    }
    for (float[] mean : means) {
      Arrays.fill(mean, 0);
    }
    Arrays.fill(variances, 0);
    position = 0;
    count = 0;
  }

  /**
   * Adds one sample to each stream.
   *
   * @param samples finite, shape {@code [L][..]}
   * @param offset of the sample's first latent
   */
  void push(float[][] samples, int offset) {
    map(samples, offset);
    if (position == BLOCK) {
      for (float[][] row : rows) {
        for (int p = 0; p <= PARTS; p++) {
          subtract(sum[p], row[p]);
        }
      }
      for (float[] part : sum) {
        Arrays.fill(part, 0);
      }
      position = 0;
    }
    float[][] next = rows[position];
    rows[position] = sum;
    for (int p = 0; p <= PARTS; p++) {
      add(sum[p], features[p], centre[p], next[p]);
    }
    sum = next;
    position++;
    count++;
    subtract(centre[PARTS], features[PARTS]);
    for (int i = 0; i < memories.length; i++) {
      float a = 1f / Math.min(count, memories[i]);
      average(a, features[PARTS], means[i]);
      variances[i] = (1 - a) * (1 - a) * variances[i] + a * a;
    }
  }

  /** The features of one sample of each stream, not yet centred. */
  private void map(float[][] samples, int offset) {
    float[] ofPlain = features[PARTS];
    for (int l = 0; l < streams; l++) {
      map.standardize(samples[l], offset);
      for (int k = 0; banks > 0 && k < latents; k++) {
        standardized[k][l] = map.standardized[k];
      }
      map.plain(plain, 0);
      for (int j = 0; j < plain.length; j++) {
        ofPlain[j * streams + l] = plain[j];
      }
    }
    if (banks > 0) {
      for (float[] row : standardized) {
        for (int filled = streams; filled < row.length; filled *= 2) {
          System.arraycopy(row, 0, row, filled, Math.min(filled, row.length - filled));
        }
      }
      for (int p = 0; p < PARTS / 2; p++) {
        multiply(standardized[0], turns[p * latents], angles);
        for (int k = 1; k < latents; k++) {
          multiplyAdd(standardized[k], turns[p * latents + k], angles);
        }
        SineCosine.of(angles, features[p], features[PARTS / 2 + p]);
      }
    }
  }

  /**
   * Computes {@link #values} at one scale, as {@link WindowSums#values}.
   *
   * @return false if fewer samples than the scale were seen
   */
  boolean readWindow(int scaleIndex) {
    int w = scales[scaleIndex];
    if (w > count) {
      return false;
    }
    float[][] start = rows[(position - w) & (BLOCK - 1)];
    float inverse = 1f / w;
    if (banks > 0) {
      squaredNorms(start, inverse);
    }
    difference(sum[PARTS], start[PARTS], window);
    plainValues(window, inverse, banks);
    return true;
  }

  /**
   * Computes the first {@link #values} with one memory, as {@link SlowCharts#values}.
   *
   * @return false while the chart has seen too little
   */
  boolean readMemory(int memoryIndex) {
    if (count < Math.min(SlowCharts.READ_FROM, memories[memoryIndex])) {
      return false;
    }
    plainValues(means[memoryIndex], 1 / variances[memoryIndex], 0);
    return true;
  }

  /**
   * Chart of each row of {@link #values}: one row per latent for the mean and the spread, whose
   * chart is the largest of the rows; one row for any other chart.
   */
  int[] rowCharts() {
    return rowCharts.clone();
  }

  /**
   * Values of the last read, shape {@code [rows][L]}; after a memory without the rows of the
   * kernels. The next call overwrites the array.
   */
  float[] values() {
    return values;
  }

  /** Makes the means of one memory of one stream smaller by a factor in (0, 1]. */
  void shrink(int memoryIndex, int stream, float factor) {
    float[] mean = means[memoryIndex];
    for (int j = stream; j < mean.length; j += streams) {
      mean[j] *= factor;
    }
  }

  /** Pairwise sums by halving, in the order of {@link WindowSums}. */
  private void squaredNorms(float[][] start, float inverse) {
    square(sum[0], start[0], squares);
    addSquare(sum[2], start[2], squares);
    square(sum[1], start[1], half);
    addSquare(sum[3], start[3], half);
    increase(squares, half, squares.length);
    int row = banks * streams;
    int n = squares.length;
    while (n / row % 2 == 0) {
      n /= 2;
      System.arraycopy(squares, n, half, 0, n);
      increase(squares, half, n);
    }
    for (int j = 0; j < row; j++) {
      float norm = 0;
      for (int i = j; i < n; i += row) {
        norm += squares[i];
      }
      values[j] = inverse * norm;
    }
  }

  /** As {@link PlainCharts#values}, but before the maxima over the latents. */
  private void plainValues(float[] sums, float factor, int row) {
    squareOf(sums, plainSquares);
    int at = row * streams;
    int next = 0;
    if (map.linear) {
      next = latents * streams;
      for (int l = 0; l < streams; l++) {
        float norm = 0;
        for (int j = l; j < next; j += streams) {
          norm += plainSquares[j];
        }
        values[at + l] = factor * norm;
      }
      at += streams;
    }
    int energy = sums.length - (map.energy ? streams : 0);
    multiply(factor, plainSquares);
    System.arraycopy(plainSquares, next, values, at, energy - next);
    at += energy - next;
    for (int j = energy; j < sums.length; j++) {
      values[at++] = factor * sums[j] * sums[j];
    }
  }

  // Whole arrays from index 0: with offsets the compiler does not vectorise these loops.

  private static void square(float[] end, float[] start, float[] out) {
    for (int j = 0; j < out.length; j++) {
      float d = end[j] - start[j];
      out[j] = d * d;
    }
  }

  private static void addSquare(float[] end, float[] start, float[] out) {
    for (int j = 0; j < out.length; j++) {
      float d = end[j] - start[j];
      out[j] += d * d;
    }
  }

  private static void squareOf(float[] values, float[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = values[j] * values[j];
    }
  }

  private static void multiply(float factor, float[] values) {
    for (int j = 0; j < values.length; j++) {
      values[j] *= factor;
    }
  }

  private static void increase(float[] values, float[] by, int n) {
    for (int j = 0; j < n; j++) {
      values[j] += by[j];
    }
  }

  private static void difference(float[] end, float[] start, float[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = end[j] - start[j];
    }
  }

  private static void subtract(float[] what, float[] from) {
    for (int j = 0; j < from.length; j++) {
      from[j] -= what[j];
    }
  }

  private static void add(float[] sum, float[] features, float[] centre, float[] out) {
    for (int j = 0; j < out.length; j++) {
      out[j] = sum[j] + (features[j] - centre[j]);
    }
  }

  private static void average(float weight, float[] values, float[] mean) {
    for (int j = 0; j < mean.length; j++) {
      mean[j] += weight * (values[j] - mean[j]);
    }
  }

  private static void multiply(float[] factor, float[] by, float[] into) {
    for (int j = 0; j < into.length; j++) {
      into[j] = factor[j] * by[j];
    }
  }

  private static void multiplyAdd(float[] factor, float[] by, float[] into) {
    for (int j = 0; j < into.length; j++) {
      into[j] += factor[j] * by[j];
    }
  }
}
