package dev.residua.drift;

import java.util.Arrays;
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

  /** Of the kernels, linear, mean, spread, energy; see {@link #handicap}. */
  private static final double[] HANDICAPS = {0, -0.1, -0.1, -0.1, 2};

  private static final double SHORT_HANDICAP = 0.45;

  private final float[][] rows;
  private final int n;
  private final int latents;
  private final DriftSettings settings;
  private final long seed;
  private final DoubleConsumer progress;
  private int worldsDone;

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
              DriftSettings.LEAST_SPREAD_CLIP,
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
    for (int a = 0; a < d; a++) {
      for (int b = 0; b <= a; b++) {
        covariance[a][b] /= n;
      }
    }
    // A ridge of a thousandth keeps nearly collinear latents from dominating the chart.
    return Cholesky.of(covariance, 1e-3).inverseLower();
  }

  /** One thread's detector parts on simulated streams. */
  private final class Simulation {
    final NullStreams.Stream stream;
    final FeatureMap map;
    final WindowSums sums = new WindowSums(settings, latents);
    final SlowCharts slow = new SlowCharts(settings, latents);
    final float[] sample = new float[latents];
    final float[] vector;

    Simulation(NullStreams quiet, FeatureMap features) {
      this.stream = quiet.new Stream();
      this.map = features.copy(settings);
      this.vector = new float[features.size];
    }

    void newStream() {
      stream.newStream();
      sums.reset(0);
      slow.reset();
    }

    void next() {
      stream.next(sample);
      map.apply(sample, 0, vector);
      sums.push(vector);
      slow.push(vector);
    }
  }

  /** What is done with one stream, whose number counts from 0. */
  private interface StreamTask {
    void run(Simulation simulation, int number);
  }

  /**
   * Runs streams on all processors, {@link RunLengthCurve#STREAMS_PER_WORLD} a world. What a stream
   * draws depends on the seed and the number of its world only.
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
    int worlds = (streams + each - 1) / each;
    long[] seeds = new SplittableRandom(seed + salt).longs(worlds).toArray();
    ConcurrentLinkedQueue<Simulation> idle = new ConcurrentLinkedQueue<>();
    worldsDone = 0;
    IntStream.range(0, worlds)
        .parallel()
        .forEach(
            world -> {
              Simulation simulation = idle.poll();
              if (simulation == null) {
                simulation = new Simulation(quiet, features);
              }
              simulation.stream.newWorld(seeds[world]);
              for (int i = world * each; i < Math.min(streams, (world + 1) * each); i++) {
                simulation.newStream();
                task.run(simulation, i);
              }
              idle.add(simulation);
              synchronized (this) {
                worldsDone++;
                progress.accept(from + (to - from) * worldsDone / worlds);
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
        (simulation, number) -> {
          float[] row = new float[charts];
          int[] at = new int[columns];
          for (int t = 1; t <= length; t++) {
            simulation.next();
            for (int s = 0; s < columns; s++) {
              if (t < first[s] || t % strides[s] != 0) {
                continue;
              }
              if (s < scales.length) {
                simulation.sums.values(s, row, 0);
              } else {
                simulation.slow.values(s - scales.length, row);
              }
              for (int c = 0; c < values[s].length; c++) {
                values[s][c][number * perStream[s] + at[s]] = row[c];
              }
              at[s]++;
            }
          }
        });
    int[] kinds = kinds();
    for (int s = 0; s < columns; s++) {
      for (int c = 0; c < values[s].length; c++) {
        float[] sorted = values[s][c];
        Arrays.sort(sorted);
        int from = (int) (TAIL_QUANTILE * sorted.length);
        double sum = 0;
        for (int i = from; i < sorted.length; i++) {
          sum += sorted[i] - sorted[from];
        }
        int cell =
            s < scales.length
                ? c * scales.length + s
                : charts * scales.length + c * memories.length + s - scales.length;
        excesses[cell] =
            (float) Math.max(sum / (sorted.length - from), 1e-3 * Math.abs(sorted[from]) + 1e-6);
        int kind = kinds[s < scales.length ? c : charts - plain + c];
        int span = s < scales.length ? scales[s] : 2 * memories[s - scales.length];
        starts[cell] = sorted[from] + excesses[cell] * handicap(kind, span);
      }
    }
  }

  /** Kind of every chart at one scale: 0 for kernels, 1 linear, 2 mean, 3 spread, 4 energy. */
  private int[] kinds() {
    boolean[] on = {settings.linear(), settings.mean(), settings.spread(), settings.energy()};
    int[] kinds = new int[settings.charts()];
    int at = settings.bandwidths().length;
    for (int i = 0; i < on.length; i++) {
      if (on[i]) {
        kinds[at++] = i + 1;
      }
    }
    return kinds;
  }

  /**
   * What is taken from a chart's value, in units of its tail. Without it the shortest windows,
   * which give the most independent looks, would raise most of the false alarms and set the
   * threshold for all.
   *
   * @param kind 0 for kernels, then the plain charts in their order
   * @param span samples of the window, or twice the memory
   */
  private static float handicap(int kind, int span) {
    double window = SHORT_HANDICAP * Math.log((double) DriftSettings.MAX_SCALE / span);
    return (float) (HANDICAPS[kind] + Math.max(0, window));
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
        (simulation, number) -> {
          ChartMaximum maximum =
              new ChartMaximum(settings, starts, excesses, Float.POSITIVE_INFINITY);
          DriftReading reading = new DriftReading(settings.scales().length);
          int[] streamTimes = new int[length];
          float[] streamMaxima = new float[length];
          int records = 0;
          float highest = 0;
          for (int t = 1; t <= length; t++) {
            simulation.next();
            maximum.read(simulation.sums, simulation.slow, reading);
            if (reading.statistic > highest) {
              highest = reading.statistic;
              streamTimes[records] = t;
              streamMaxima[records++] = highest;
            }
          }
          times[number] = Arrays.copyOf(streamTimes, records);
          maxima[number] = Arrays.copyOf(streamMaxima, records);
        });
    return RunLengthCurve.estimate(times, maxima, length);
  }
}
