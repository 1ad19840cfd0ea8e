package dev.residua.drift;

import java.util.Arrays;

/**
 * Follows several streams from their first sample and notes when the running maximum of each one's
 * statistic rises: what {@link RunLengthCurve} is estimated from. The statistic is that of {@link
 * DriftDetector}, bit for bit. For simulations; about 0.7 us per sample for 4 latents and the
 * default settings. Mutable, for one thread.
 */
public final class StreamMaxima {
  /** Streams that are followed together. */
  public static final int STREAMS = 2 * RunLengthCurve.STREAMS_PER_WORLD;

  private final int memories;
  private final StreamBatch batch;
  private final float[][] starts; // [scales, then memories][rows][STREAMS]
  private final float[][] inverseExcesses;
  private final float cap;

  private final float[] largest; // [rows][STREAMS]
  private final float[] highest = new float[STREAMS];
  private final int[] records = new int[STREAMS];

  /**
   * @param batch of {@link #STREAMS} streams, used by this alone
   * @param cap of the slow charts, see {@link ChartMaximum}
   */
  StreamMaxima(
      StreamBatch batch, DriftSettings settings, float[] starts, float[] excesses, float cap) {
    int scales = settings.scales().length;
    this.memories = settings.memories().length;
    this.batch = batch;
    this.cap = cap;
    this.starts = new float[scales + memories][];
    this.inverseExcesses = new float[scales + memories][];
    int[] charts = batch.rowCharts();
    int kernels = settings.charts() - settings.plainCharts();
    for (int s = 0; s < scales + memories; s++) {
      boolean window = s < scales;
      int rows = window ? charts.length : charts.length - kernels;
      this.starts[s] = new float[rows * STREAMS];
      this.inverseExcesses[s] = new float[rows * STREAMS];
      for (int r = 0; r < rows; r++) {
        int cell =
            window
                ? charts[r] * scales + s
                : settings.charts() * scales
                    + (charts[kernels + r] - kernels) * memories
                    + s
                    - scales;
        Arrays.fill(this.starts[s], r * STREAMS, (r + 1) * STREAMS, starts[cell]);
        Arrays.fill(this.inverseExcesses[s], r * STREAMS, (r + 1) * STREAMS, 1 / excesses[cell]);
      }
    }
    this.largest = new float[charts.length * STREAMS];
  }

  /**
   * Follows new streams.
   *
   * @param samples finite, shape {@code [STREAMS][length][d]}
   * @param used number of streams that are noted, the first ones
   * @param times receives the samples seen, from 1, whenever the running maximum rose
   * @param maxima receives the running maximum from then on
   * @param at index of the first stream in both
   */
  public void run(
      float[][] samples, int length, int used, int[][] times, float[][] maxima, int at) {
    for (int i = 0; i < used; i++) {
      times[at + i] = new int[length];
      maxima[at + i] = new float[length];
    }
    Arrays.fill(highest, 0);
    Arrays.fill(records, 0);
    batch.reset();
    for (int t = 1; t <= length; t++) {
      batch.push(samples, (t - 1) * batch.latents());
      read();
      for (int i = 0; i < used; i++) {
        float statistic = 0;
        for (int j = i; j < largest.length; j += STREAMS) {
          statistic = Math.max(statistic, largest[j]);
        }
        if (statistic > highest[i]) {
          highest[i] = statistic;
          times[at + i][records[i]] = t;
          maxima[at + i][records[i]++] = statistic;
        }
      }
    }
    for (int i = 0; i < used; i++) {
      times[at + i] = Arrays.copyOf(times[at + i], records[i]);
      maxima[at + i] = Arrays.copyOf(maxima[at + i], records[i]);
    }
  }

  private void read() {
    Arrays.fill(largest, 0);
    int scales = starts.length - memories;
    for (int s = 0; s < scales && batch.readWindow(s); s++) {
      raise(batch.values(), starts[s], inverseExcesses[s], largest);
    }
    for (int m = 0; m < memories; m++) {
      if (batch.readMemory(m)) {
        slow(m, starts[scales + m], inverseExcesses[scales + m]);
      }
    }
  }

  private void slow(int m, float[] start, float[] inverseExcess) {
    float[] values = batch.values();
    for (int i = 0; i < STREAMS; i++) {
      float shrink = 1;
      for (int j = i; j < start.length; j += STREAMS) {
        float value = (values[j] - start[j]) * inverseExcess[j];
        if (value > cap) {
          float most = start[j] + cap / inverseExcess[j];
          shrink = Math.min(shrink, (float) Math.sqrt(most / values[j]));
          value = cap;
        }
        largest[j] = Math.max(largest[j], value);
      }
      if (shrink < 1) {
        batch.shrink(m, i, shrink);
      }
    }
  }

  private static void raise(
      float[] values, float[] starts, float[] inverseExcesses, float[] largest) {
    for (int j = 0; j < largest.length; j++) {
      largest[j] = Math.max(largest[j], (values[j] - starts[j]) * inverseExcesses[j]);
    }
  }
}
