package dev.residua.drift;

import java.util.Arrays;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;

/** The making of a {@link DriftReference}; one instance makes one. */
final class DriftCalibration {
  private static final int MIN_SAMPLES = 2 * DriftSettings.MAX_SCALE;
  private static final int DISTANCE_SAMPLES = 400;
  private static final double TAIL_QUANTILE = 0.98;
  private static final int TAIL_STREAMS = 160;
  private static final double TAIL_PROGRESS = 0.1;

  private final float[][] rows;
  private final int n;
  private final int latents;
  private final DriftSettings settings;
  private final SplittableRandom random;
  private final long seed;
  private final DoubleConsumer progress;

  DriftCalibration(
      double[][] reference, DriftSettings settings, long seed, DoubleConsumer progress) {
    this.n = reference.length;
    if (n < MIN_SAMPLES) {
      throw new IllegalArgumentException(
          "drift reference needs at least %d samples but got %d".formatted(MIN_SAMPLES, n));
    }
    this.latents = reference[0].length;
    if (latents < 1) {
      throw new IllegalArgumentException("drift reference has samples without latents");
    }
    this.rows = new float[n][latents];
    for (int t = 0; t < n; t++) {
      if (reference[t].length != latents) {
        throw new IllegalArgumentException(
            "sample %d of the drift reference has %d latents, the first has %d"
                .formatted(t, reference[t].length, latents));
      }
      for (int k = 0; k < latents; k++) {
        rows[t][k] = (float) reference[t][k];
        if (!Float.isFinite(rows[t][k])) {
          throw new IllegalArgumentException(
              "latent %d of sample %d of the drift reference is %s, expected a finite number"
                  .formatted(k, t, reference[t][k]));
        }
      }
    }
    this.settings = settings;
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.progress = progress;
  }

  DriftReference run() {
    progress.accept(0);
    FeatureMap features = features();
    float[][] matrix = new float[n][features.size];
    for (int t = 0; t < n; t++) {
      features.apply(rows[t], 0, matrix[t]);
    }
    int block = blockLength();
    int cells = settings.charts() * settings.scales().length;
    float[] starts = new float[cells];
    float[] excesses = new float[cells];
    tails(matrix, block, starts, excesses);
    RunLengthCurve curve = runLengths(matrix, block, starts, excesses);
    progress.accept(1);
    return new DriftReference(settings, features, starts, excesses, curve, n, block);
  }

  private FeatureMap features() {
    float[] location = new float[latents];
    float[] scale = new float[latents];
    float[] bound = new float[latents];
    float[][] z = new float[n][latents];
    for (int k = 0; k < latents; k++) {
      double mean = 0;
      double squares = 0;
      for (int t = 0; t < n; t++) {
        double delta = rows[t][k] - mean;
        mean += delta / (t + 1);
        squares += delta * (rows[t][k] - mean);
      }
      location[k] = (float) mean;
      // A latent that never varies gets a scale at which any visible change is far away.
      scale[k] = (float) Math.max(Math.sqrt(squares / n), 1e-6 * (1 + Math.abs(mean)));
      float[] magnitudes = new float[n];
      for (int t = 0; t < n; t++) {
        z[t][k] = (rows[t][k] - location[k]) / scale[k];
        magnitudes[t] = Math.abs(z[t][k]);
      }
      Arrays.sort(magnitudes);
      bound[k] = Math.max(3f, magnitudes[(int) (0.999 * (n - 1))]);
    }
    float[][] turns = frequencies(z);
    float[] whitening = whitening(z, bound);
    float[] spreadScale = new float[latents];
    for (int k = 0; k < latents; k++) {
      double mean = 0;
      double squares = 0;
      for (int t = 0; t < n; t++) {
        double clipped = Math.min(DriftSettings.SPREAD_CLIP, Math.abs(z[t][k]));
        double delta = clipped * clipped - mean;
        mean += delta / (t + 1);
        squares += delta * (clipped * clipped - mean);
      }
      spreadScale[k] = (float) (1 / Math.max(1e-6, Math.sqrt(squares / n)));
    }
    int size = FeatureMap.size(settings, latents);
    FeatureMap uncentred =
        new FeatureMap(
            settings, location, scale, bound, turns, whitening, spreadScale, new float[size]);
    double[] sum = new double[size];
    float[] vector = new float[size];
    for (int t = 0; t < n; t++) {
      uncentred.apply(rows[t], 0, vector);
      for (int j = 0; j < size; j++) {
        sum[j] += vector[j];
      }
    }
    float[] centre = new float[size];
    for (int j = 0; j < size; j++) {
      centre[j] = (float) (sum[j] / n);
    }
    return new FeatureMap(settings, location, scale, bound, turns, whitening, spreadScale, centre);
  }

  /** Frequencies in turns a standard deviation, {@code N(0, 1 / sigma^2) / (2 pi)}. */
  private float[][] frequencies(float[][] z) {
    int r = settings.frequencies();
    double[] bandwidths = settings.bandwidths();
    int m = bandwidths.length * r;
    float[][] turns = new float[latents][m];
    if (m == 0) {
      return turns;
    }
    double median = medianDistance(z);
    Random gaussian = new Random(seed);
    for (int b = 0; b < bandwidths.length; b++) {
      double sigma = bandwidths[b] * median;
      for (int j = 0; j < r; j++) {
        for (int k = 0; k < latents; k++) {
          turns[k][j * bandwidths.length + b] =
              (float) (gaussian.nextGaussian() / (sigma * 2 * Math.PI));
        }
      }
    }
    return turns;
  }

  private double medianDistance(float[][] z) {
    int used = Math.min(n, DISTANCE_SAMPLES);
    double[] distances = new double[used * (used - 1) / 2];
    int at = 0;
    for (int a = 0; a < used; a++) {
      float[] x = z[(int) ((long) a * n / used)];
      for (int b = 0; b < a; b++) {
        float[] y = z[(int) ((long) b * n / used)];
        double sum = 0;
        for (int k = 0; k < latents; k++) {
          sum += (double) (x[k] - y[k]) * (x[k] - y[k]);
        }
        distances[at++] = Math.sqrt(sum);
      }
    }
    Arrays.sort(distances);
    return Math.max(1e-3, distances[distances.length / 2]);
  }

  /** Inverse Cholesky factor of the clipped samples' correlations, row-major. */
  private float[] whitening(float[][] z, float[] bound) {
    int d = latents;
    double[] mean = new double[d];
    double[][] covariance = new double[d][d];
    double[] delta = new double[d];
    for (int t = 0; t < n; t++) {
      for (int k = 0; k < d; k++) {
        double clipped = Math.max(-bound[k], Math.min(bound[k], z[t][k]));
        delta[k] = clipped - mean[k];
        mean[k] += delta[k] / (t + 1);
      }
      double weight = (double) t / (t + 1);
      for (int a = 0; a < d; a++) {
        for (int b = 0; b <= a; b++) {
          covariance[a][b] += weight * delta[a] * delta[b];
        }
      }
    }
    double[][] lower = new double[d][d];
    for (int a = 0; a < d; a++) {
      for (int b = 0; b <= a; b++) {
        // A ridge of a thousandth keeps nearly collinear latents from dominating the chart.
        double value = covariance[a][b] / n + (a == b ? 1e-3 : 0);
        for (int k = 0; k < b; k++) {
          value -= lower[a][k] * lower[b][k];
        }
        lower[a][b] = a == b ? Math.sqrt(Math.max(value, 1e-6)) : value / lower[b][b];
      }
    }
    float[] inverse = new float[d * d];
    for (int column = 0; column < d; column++) {
      double[] x = new double[d];
      for (int a = column; a < d; a++) {
        double value = a == column ? 1 : 0;
        for (int k = column; k < a; k++) {
          value -= lower[a][k] * x[k];
        }
        x[a] = value / lower[a][a];
        inverse[a * d + column] = (float) x[a];
      }
    }
    return inverse;
  }

  /**
   * Mean block length for resampling. 1 unless some latent, or its square, is autocorrelated beyond
   * chance; else ten times the largest integrated autocorrelation time.
   */
  private int blockLength() {
    double largest = 1;
    for (int k = 0; k < latents; k++) {
      for (int power = 1; power <= 2; power++) {
        largest = Math.max(largest, autocorrelationTime(k, power));
      }
    }
    return largest <= 1 ? 1 : (int) Math.max(8, Math.min(10 * largest, n / 20.0));
  }

  private double autocorrelationTime(int latent, int power) {
    double[] x = new double[n];
    double mean = 0;
    for (int t = 0; t < n; t++) {
      mean += rows[t][latent] / n;
    }
    double meanPower = 0;
    for (int t = 0; t < n; t++) {
      double value = rows[t][latent] - mean;
      x[t] = power == 1 ? value : value * value;
      meanPower += x[t] / n;
    }
    double variance = 0;
    for (int t = 0; t < n; t++) {
      x[t] -= meanPower;
      variance += x[t] * x[t];
    }
    if (!(variance > 0)) {
      return 1;
    }
    double noise = 1 / Math.sqrt(n);
    double time = 1;
    for (int lag = 1; lag < Math.min(200, n / 4); lag++) {
      double sum = 0;
      for (int t = lag; t < n; t++) {
        sum += x[t] * x[t - lag];
      }
      double correlation = sum / variance;
      // The first lag decides whether there is anything, at odds that allow for many latents.
      if (correlation < (lag == 1 ? 4.5 : 2) * noise) {
        return time;
      }
      time += 2 * correlation;
    }
    return time;
  }

  /** Draws the rows of one simulated stream after another. */
  private final class Resampler {
    private final int block;
    private final int[] world = new int[n];
    private int at;

    Resampler(int block) {
      this.block = block;
    }

    /** A new world: one bootstrap replicate of the reference. */
    void newStream() {
      for (int filled = 0; filled < n; ) {
        int from = random.nextInt(n);
        for (int j = 0; j < block && filled < n; j++) {
          world[filled++] = (from + j) % n;
        }
      }
      at = random.nextInt(n);
    }

    /** Row of the next sample: a stationary bootstrap of the world. */
    int next() {
      if (block == 1 || random.nextInt(block) == 0) {
        at = random.nextInt(n);
      } else {
        at = at + 1 == n ? 0 : at + 1;
      }
      return world[at];
    }
  }

  private void tails(float[][] matrix, int block, float[] starts, float[] excesses) {
    int[] scales = settings.scales();
    int charts = settings.charts();
    int length = settings.streamLength();
    float[][][] values = new float[scales.length][charts][];
    int[] counts = new int[scales.length];
    int[] strides = new int[scales.length];
    for (int s = 0; s < scales.length; s++) {
      strides[s] = Math.max(2, scales[s] / 8);
      int capacity = TAIL_STREAMS * (length / strides[s] + 1);
      for (int c = 0; c < charts; c++) {
        values[s][c] = new float[capacity];
      }
    }
    Resampler resampler = new Resampler(block);
    WindowSums sums = new WindowSums(settings, latents);
    float[] row = new float[charts];
    for (int stream = 0; stream < TAIL_STREAMS; stream++) {
      resampler.newStream();
      sums.reset(0);
      for (int t = 1; t <= length; t++) {
        sums.push(matrix[resampler.next()]);
        for (int s = 0; s < scales.length; s++) {
          if (t % strides[s] == 0 && t >= scales[s] && sums.values(s, row, 0)) {
            for (int c = 0; c < charts; c++) {
              values[s][c][counts[s]] = row[c];
            }
            counts[s]++;
          }
        }
      }
      progress.accept(TAIL_PROGRESS * (stream + 1) / TAIL_STREAMS);
    }
    for (int s = 0; s < scales.length; s++) {
      for (int c = 0; c < charts; c++) {
        float[] sorted = Arrays.copyOf(values[s][c], counts[s]);
        Arrays.sort(sorted);
        int from = (int) (TAIL_QUANTILE * sorted.length);
        double sum = 0;
        for (int i = from; i < sorted.length; i++) {
          sum += sorted[i] - sorted[from];
        }
        starts[c * scales.length + s] = sorted[from];
        excesses[c * scales.length + s] =
            (float) Math.max(sum / (sorted.length - from), 1e-3 * Math.abs(sorted[from]) + 1e-6);
      }
    }
  }

  private RunLengthCurve runLengths(float[][] matrix, int block, float[] starts, float[] excesses) {
    int streams = settings.simulatedStreams();
    int length = settings.streamLength();
    int[][] times = new int[streams][];
    float[][] maxima = new float[streams][];
    Resampler resampler = new Resampler(block);
    WindowSums sums = new WindowSums(settings, latents);
    ChartMaximum maximum = new ChartMaximum(settings, starts, excesses);
    DriftReading reading = new DriftReading(settings.scales().length);
    int[] streamTimes = new int[length];
    float[] streamMaxima = new float[length];
    for (int stream = 0; stream < streams; stream++) {
      resampler.newStream();
      sums.reset(0);
      int records = 0;
      float highest = 0;
      for (int t = 1; t <= length; t++) {
        sums.push(matrix[resampler.next()]);
        maximum.read(sums, reading);
        if (reading.statistic > highest) {
          highest = reading.statistic;
          streamTimes[records] = t;
          streamMaxima[records++] = highest;
        }
      }
      times[stream] = Arrays.copyOf(streamTimes, records);
      maxima[stream] = Arrays.copyOf(streamMaxima, records);
      progress.accept(TAIL_PROGRESS + (1 - TAIL_PROGRESS) * (stream + 1) / streams);
    }
    return RunLengthCurve.estimate(times, maxima, length);
  }
}
