package dev.residua.drift;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/** Makes one {@link DriftReference}. */
final class DriftCalibration {
  private static final int MIN_SAMPLES = 2 * DriftSettings.MAX_SCALE;
  private static final int DISTANCE_SAMPLES = 400;
  private static final double TAIL_QUANTILE = 0.98;
  private static final int TAIL_STREAMS = 320;
  private static final double TAIL_PROGRESS = 0.1;

  /** Sampling step that finds a bound of the tail. */
  private static final int SAMPLED = 32;

  private static final double SHORT_HANDICAP = 0.45;

  private final float[][] rows;
  private final int n;
  private final int latents;
  private final DriftSettings settings;
  private final long seed;
  private final DoubleConsumer progress;
  private int batchesDone;

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
    this.progress = progress;
  }

  DriftReference run() {
    progress.accept(0);
    FeatureMap features = features();
    NullStreams quiet = new NullStreams(rows);
    float[] starts = new float[settings.cells()];
    float[] excesses = new float[starts.length];
    tails(quiet, features, starts, excesses);
    RunLengthCurve curve = runLengths(quiet, features, starts, excesses);
    progress.accept(1);
    return new DriftReference(
        settings, features, starts, excesses, curve, n, quiet.block(), quiet.order());
  }

  private FeatureMap features() {
    float[] location = new float[latents];
    float[] scale = new float[latents];
    float[] bound = new float[latents];
    float[] spreadClip = new float[latents];
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
      // Heavy tails leave the bulk narrower than a standard deviation. Squared, for there is more
      // to
      // lose in them than to gain.
      float bulk = magnitudes[(int) (0.6827 * (n - 1))];
      spreadClip[k] =
          Math.max(
              DriftSettings.MIN_SPREAD_CLIP,
              Math.min(DriftSettings.SPREAD_CLIP, DriftSettings.SPREAD_CLIP * bulk * bulk));
    }
    float[][] turns = frequencies(z);
    float[] whitening = whitening(z, bound);
    float[] spreadScale = new float[latents];
    for (int k = 0; k < latents; k++) {
      double mean = 0;
      double squares = 0;
      for (int t = 0; t < n; t++) {
        double clipped = Math.min(spreadClip[k], Math.abs(z[t][k]));
        double delta = clipped * clipped - mean;
        mean += delta / (t + 1);
        squares += delta * (clipped * clipped - mean);
      }
      spreadScale[k] = (float) (1 / Math.max(1e-6, Math.sqrt(squares / n)));
    }
    int size = FeatureMap.size(settings, latents);
    FeatureMap uncentred =
        new FeatureMap(
            settings,
            location,
            scale,
            bound,
            turns,
            whitening,
            spreadClip,
            spreadScale,
            new float[size]);
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
    return new FeatureMap(
        settings, location, scale, bound, turns, whitening, spreadClip, spreadScale, centre);
  }

  /** Frequencies in turns per standard deviation, {@code N(0, 1 / sigma^2) / (2 pi)}. */
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
    for (int a = 0; a < d; a++) {
      for (int b = 0; b <= a; b++) {
        covariance[a][b] /= n;
      }
    }
    // A ridge of a thousandth keeps nearly collinear latents from dominating the chart.
    return Cholesky.of(covariance, 1e-3).inverseLower();
  }

  /** Simulated streams of one thread, as many as {@link StreamMaxima} follows. */
  private final class Simulation {
    final NullStreams.Stream stream;
    final StreamBatch batch;
    final float[][] samples =
        new float[StreamMaxima.STREAMS][settings.streamLength() * latents]; // [streams][t][d]

    Simulation(NullStreams quiet, FeatureMap features) {
      this.stream = quiet.new Stream();
      this.batch = new StreamBatch(settings, features, StreamMaxima.STREAMS);
    }
  }

  /** Work on a few streams; the number of the first one counts from 0. */
  private interface StreamTask {
    void run(Simulation simulation, int first, int count);
  }

  /**
   * Runs streams on all processors, {@link RunLengthCurve#STREAMS_PER_WORLD} per world. The random
   * draws of a stream depend only on the seed and the number of its world.
   */
  private void simulate(
      NullStreams quiet,
      FeatureMap features,
      int streams,
      long salt,
      double from,
      double to,
      StreamTask task) {
    int each = RunLengthCurve.STREAMS_PER_WORLD;
    int together = StreamMaxima.STREAMS;
    long[] seeds = new SplittableRandom(seed + salt).longs((streams + each - 1) / each).toArray();
    int batches = (streams + together - 1) / together;
    ConcurrentLinkedQueue<Simulation> idle = new ConcurrentLinkedQueue<>();
    batchesDone = 0;
    IntStream.range(0, batches)
        .parallel()
        .forEach(
            batch -> {
              Simulation simulation = idle.poll();
              if (simulation == null) {
                simulation = new Simulation(quiet, features);
              }
              int first = batch * together;
              int count = Math.min(together, streams - first);
              for (int i = 0; i < count; i++) {
                if (i % each == 0) {
                  simulation.stream.newWorld(seeds[(first + i) / each]);
                }
                simulation.stream.newStream();
                simulation.stream.fill(simulation.samples[i]);
              }
              task.run(simulation, first, count);
              idle.add(simulation);
              synchronized (this) {
                batchesDone++;
                progress.accept(from + (to - from) * batchesDone / batches);
              }
            });
  }

  private void tails(NullStreams quiet, FeatureMap features, float[] starts, float[] excesses) {
    int[] scales = settings.scales();
    int[] memories = settings.memories();
    int length = settings.streamLength();
    int charts = settings.charts();
    int plain = settings.plainCharts();
    int columns = scales.length + memories.length;
    int[] strides = new int[columns];
    int[] first = new int[columns];
    int[] perStream = new int[columns];
    float[][][] values = new float[columns][][];
    for (int s = 0; s < columns; s++) {
      boolean window = s < scales.length;
      int span = window ? scales[s] : memories[s - scales.length];
      strides[s] = Math.max(2, span / 8);
      first[s] = window ? span : Math.min(span, SlowCharts.READ_FROM);
      perStream[s] = length / strides[s] - (first[s] - 1) / strides[s];
      values[s] = new float[window ? charts : plain][TAIL_STREAMS * perStream[s]];
    }
    simulate(
        quiet,
        features,
        TAIL_STREAMS,
        1,
        0,
        TAIL_PROGRESS,
        (simulation, number, count) -> {
          StreamBatch batch = simulation.batch;
          batch.reset();
          int[] rowCharts = batch.rowCharts();
          int[] at = new int[columns];
          for (int t = 1; t <= length; t++) {
            batch.push(simulation.samples, (t - 1) * latents);
            for (int s = 0; s < columns; s++) {
              if (t < first[s] || t % strides[s] != 0) {
                continue;
              }
              if (s < scales.length) {
                batch.readWindow(s);
              } else {
                batch.readMemory(s - scales.length);
              }
              float[] read = batch.values();
              int kernels = s < scales.length ? 0 : charts - plain;
              for (int row = kernels; row < rowCharts.length; row++) {
                float[] of = values[s][rowCharts[row] - kernels];
                for (int i = 0; i < count; i++) {
                  int into = (number + i) * perStream[s] + at[s]; // 0 so far, as squares at least
                  of[into] = Math.max(of[into], read[(row - kernels) * StreamMaxima.STREAMS + i]);
                }
              }
              at[s]++;
            }
          }
        });
    List<Chart> all = Chart.of(settings, latents);
    IntStream.range(0, columns)
        .parallel()
        .forEach(
            s -> {
              boolean window = s < scales.length;
              int span = window ? scales[s] : 2 * memories[s - scales.length];
              for (int c = 0; c < values[s].length; c++) {
                float[] tail = largest(values[s][c], TAIL_QUANTILE);
                double sum = 0;
                for (float value : tail) {
                  sum += value - tail[0];
                }
                int cell =
                    window
                        ? c * scales.length + s
                        : charts * scales.length + c * memories.length + s - scales.length;
                excesses[cell] =
                    (float) Math.max(sum / tail.length, 1e-3 * Math.abs(tail[0]) + 1e-6);
                Chart chart = all.get(window ? c : charts - plain + c);
                starts[cell] = tail[0] + excesses[cell] * handicap(chart, span);
              }
            });
  }

  /** The values from a quantile on, ascending. */
  static float[] largest(float[] values, double quantile) {
    int wanted = values.length - (int) (quantile * values.length);
    // A few of the values, sorted, give a bound that all wanted ones are expected to exceed.
    float[] few = new float[(values.length + SAMPLED - 1) / SAMPLED];
    for (int i = 0; i < few.length; i++) {
      few[i] = values[i * SAMPLED];
    }
    Arrays.sort(few);
    float bound = few[(int) (Math.max(0, 2 * quantile - 1) * few.length)];
    int above = 0;
    float[] candidates = new float[values.length];
    for (float value : values) {
      if (value >= bound) {
        candidates[above++] = value;
      }
    }
    if (above < wanted) { // the few were not typical
      System.arraycopy(values, 0, candidates, 0, values.length);
      above = values.length;
    }
    Arrays.sort(candidates, 0, above);
    return Arrays.copyOfRange(candidates, above - wanted, above);
  }

  /**
   * Number that is subtracted from a chart's value, in units of its tail. Without it the shortest
   * windows, which give the most independent looks, would raise most of the false alarms and set
   * the threshold for all.
   *
   * @param span samples of the window, or twice the memory
   */
  private static float handicap(Chart chart, int span) {
    double window = SHORT_HANDICAP * Math.log((double) DriftSettings.MAX_SCALE / span);
    return (float) (chart.handicap() + Math.max(0, window));
  }

  private RunLengthCurve runLengths(
      NullStreams quiet, FeatureMap features, float[] starts, float[] excesses) {
    int streams = settings.simulatedStreams();
    int length = settings.streamLength();
    int[][] times = new int[streams][];
    float[][] maxima = new float[streams][];
    simulate(
        quiet,
        features,
        streams,
        2,
        TAIL_PROGRESS,
        1,
        (simulation, number, count) ->
            new StreamMaxima(simulation.batch, settings, starts, excesses, Float.POSITIVE_INFINITY)
                .run(simulation.samples, length, count, times, maxima, number));
    return RunLengthCurve.estimate(times, maxima, length);
  }
}
