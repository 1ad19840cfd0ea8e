package dev.residua.commissioning;

import dev.residua.drift.DriftDetector;
import dev.residua.drift.DriftReading;
import dev.residua.drift.DriftReference;
import dev.residua.drift.NullStreams;
import dev.residua.drift.RunLengthCurve;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Thresholds of one drift detector for sources that were commissioned on so many effective samples
 * with such an autocorrelation. A calibration that was learnt from few frames is slightly wrong, so
 * a quiet source passes a threshold sooner; the table pays for that with a higher one.
 *
 * <p>Every cell is simulated with the commissioning inside: quiet normal scores become the
 * innovations of autoregressive residuals, a window of them is fitted by {@link CommissioningFit},
 * its innovations give the law of the source, and streams that follow are watched through the
 * fitted filter until they pass each level. Between cells the level is interpolated in {@code 1 /
 * samples}, which the excess of false alarms is proportional to, and in the logarithm of the
 * autocorrelation time; with ever more samples it becomes that of the detector's reference.
 *
 * <p>Immutable; less than 2 kB per cell.
 */
public final class CommissioningThresholds {
  /** Longest window that is simulated; more effective samples than fit in it count as those. */
  static final int MAX_FRAMES = 60_000;

  /** Fewest streams per cell that give a threshold at all. */
  static final int MIN_STREAMS = 48;

  private static final int MAX_CELLS = 64;
  private static final int MAX_LEVELS = 512;
  private static final CheckedBytes FORMAT =
      new CheckedBytes(0x52455354, 1, "table of thresholds"); // "REST"

  /**
   * What is simulated.
   *
   * @param samples effective samples, ascending, at least 50
   * @param lagOnes correlations of consecutive residuals, ascending, in [0, 0.995]
   * @param streams quiet streams per cell, at least 48; 400 and more are better
   */
  @SuppressWarnings("ArrayRecordComponent") // made once per simulation
  public record Grid(double[] samples, double[] lagOnes, int streams) {
    public static final Grid DEFAULTS =
        new Grid(
            new double[] {125, 250, 500, 1_000, 2_000, 5_000},
            new double[] {0, 0.5, 0.9, 0.99},
            1_000);

    public Grid {
      ascending(samples, "effective samples", 50, MAX_FRAMES);
      ascending(lagOnes, "lag-one correlations", 0, 0.995);
      if (samples.length * lagOnes.length > MAX_CELLS) {
        throw new IllegalArgumentException(
            "a grid has at most %d cells but has %d x %d"
                .formatted(MAX_CELLS, samples.length, lagOnes.length));
      }
      if (streams < MIN_STREAMS) {
        throw new IllegalArgumentException(
            "streams must be at least %d but were %d".formatted(MIN_STREAMS, streams));
      }
    }

    private static void ascending(double[] values, String name, double least, double most) {
      for (int i = 0; i < values.length; i++) {
        double above = i == 0 ? least : Math.nextUp(values[i - 1]);
        if (!(values[i] >= above && values[i] <= most)) {
          throw new IllegalArgumentException(
              "%s must ascend within %s to %s but were %s"
                  .formatted(name, least, most, Arrays.toString(values)));
        }
      }
      if (values.length == 0) {
        throw new IllegalArgumentException(name + " must not be empty");
      }
    }
  }

  private final int reference; // fingerprint
  private final double[] samples;
  private final double[] lagOnes;
  private final RunLengthCurve[] curves; // [lagOnes][samples]

  private CommissioningThresholds(
      int reference, double[] samples, double[] lagOnes, RunLengthCurve[] curves) {
    this.reference = reference;
    this.samples = samples;
    this.lagOnes = lagOnes;
    this.curves = curves;
  }

  /**
   * Simulates a table; about 10 seconds per cell and core for 4 latents and 1,000 streams. Uses all
   * processors; the result does not depend on how many there are.
   *
   * @param reference of the detector, on normal scores
   * @param scores the normal scores that it was learnt from, shape {@code [n][d]}
   * @param seed of the simulation
   * @param progress receives the part done, in [0, 1]
   * @throws IllegalArgumentException if the scores have another number of latents
   */
  public static CommissioningThresholds simulate(
      DriftReference reference, double[][] scores, Grid grid, long seed, DoubleConsumer progress) {
    float[][] rows = new float[scores.length][reference.latents()];
    for (int t = 0; t < rows.length; t++) {
      if (scores[t].length != reference.latents()) {
        throw new IllegalArgumentException(
            "row %d of the scores has %d latents, the reference %d"
                .formatted(t, scores[t].length, reference.latents()));
      }
      for (int k = 0; k < rows[t].length; k++) {
        rows[t][k] = (float) scores[t][k];
      }
    }
    NullStreams quiet = new NullStreams(rows);
    InnovationLaw law = InnovationLaw.of(columns(scores));
    double[] lagOnes = grid.lagOnes();
    double[] samples = grid.samples();
    RunLengthCurve[] curves = new RunLengthCurve[lagOnes.length * samples.length];
    int worlds = (grid.streams() - 1) / RunLengthCurve.STREAMS_PER_WORLD + 1;
    AtomicInteger done = new AtomicInteger();
    double all = (double) curves.length * worlds;
    progress.accept(0);
    for (int cell = 0; cell < curves.length; cell++) {
      double lagOne = lagOnes[cell / samples.length];
      int frames = frames(samples[cell % samples.length], lagOne);
      // The same worlds in every cell, so that cells differ by what was learnt and not by chance.
      long[] seeds = new SplittableRandom(seed).longs(worlds).toArray();
      int[][] times = new int[worlds * RunLengthCurve.STREAMS_PER_WORLD][];
      float[][] maxima = new float[times.length][];
      IntStream.range(0, worlds)
          .parallel()
          .forEach(
              world -> {
                new World(reference, quiet, law, lagOne, frames, seeds[world])
                    .run(times, maxima, world * RunLengthCurve.STREAMS_PER_WORLD);
                synchronized (done) {
                  progress.accept(done.incrementAndGet() / all);
                }
              });
      curves[cell] = RunLengthCurve.estimate(times, maxima, reference.settings().streamLength());
    }
    return new CommissioningThresholds(
        reference.fingerprint(), samples.clone(), lagOnes.clone(), curves);
  }

  private static double[][] columns(double[][] rows) {
    double[][] columns = new double[rows[0].length][rows.length];
    for (int t = 0; t < rows.length; t++) {
      for (int k = 0; k < columns.length; k++) {
        columns[k][t] = rows[t][k];
      }
    }
    return columns;
  }

  private static double time(double lagOne) {
    return (1 + lagOne) / (1 - lagOne);
  }

  private static int frames(double samples, double lagOne) {
    return (int)
        Math.max(
            CommissioningFit.MIN_INTERVALS * CommissioningWindow.RUN,
            Math.min(MAX_FRAMES, samples * time(lagOne)));
  }

  /** One replicate of the reference: a source that is commissioned and then watched. */
  private static final class World {
    private final NullStreams.Stream stream;
    private final DriftDetector detector;
    private final InnovationLaw shared;
    private final double lagOne;
    private final int frames;
    private final int streamLength;
    private final float[] residuals;

    World(
        DriftReference reference,
        NullStreams quiet,
        InnovationLaw shared,
        double lagOne,
        int frames,
        long seed) {
      this.stream = quiet.new Stream();
      this.detector = new DriftDetector(reference);
      this.shared = shared;
      this.lagOne = lagOne;
      this.frames = frames;
      this.streamLength = reference.settings().streamLength();
      this.residuals = new float[reference.latents()];
      stream.newWorld(seed);
    }

    private void next(float[] score) {
      stream.next(score);
      double rest = Math.sqrt(1 - lagOne * lagOne);
      for (int k = 0; k < score.length; k++) {
        residuals[k] = (float) (lagOne * residuals[k] + rest * score[k]);
      }
    }

    void run(int[][] times, float[][] maxima, int from) {
      int d = residuals.length;
      float[] score = new float[d];
      int settle = (int) (5 * time(lagOne));
      stream.newStream();
      for (int t = 0; t < settle; t++) {
        next(score);
      }
      CommissioningWindow window = CommissioningWindow.start(d);
      float[] nothing = new float[d];
      for (int t = 0; t < frames; t++) {
        next(score);
        window = window.plus(residuals, nothing, true);
      }
      CommissioningFit fit = CommissioningFit.of(window, 1);
      InnovationFilter filter = new InnovationFilter(fit.calibration());
      InnovationLaw law = shared.ofSource(fit.innovations());
      DriftReading reading = detector.newReading();
      double[] innovations = new double[d];
      for (int i = from; i < from + RunLengthCurve.STREAMS_PER_WORLD; i++) {
        stream.newStream();
        for (int t = 0; t < settle; t++) {
          next(score);
          filter.next(residuals, innovations);
        }
        detector.restart();
        int[] at = new int[streamLength];
        float[] high = new float[streamLength];
        int records = 0;
        float highest = 0;
        for (int t = 1; t <= streamLength; t++) {
          next(score);
          filter.next(residuals, innovations);
          for (int k = 0; k < d; k++) {
            score[k] = (float) law.normalScore(k, innovations[k]);
          }
          detector.update(score, reading);
          if (reading.statistic() > highest) {
            highest = reading.statistic();
            at[records] = t;
            high[records++] = highest;
          }
        }
        times[i] = Arrays.copyOf(at, records);
        maxima[i] = Arrays.copyOf(high, records);
      }
    }
  }

  /**
   * The threshold of a calibrated source: the largest over its latents.
   *
   * @param reference the one that the table was simulated for
   * @param targetRunLength frames that pass on average before a false alarm
   */
  public double threshold(
      DriftReference reference, SourceCalibration calibration, double targetRunLength) {
    double highest = 0;
    for (LatentCalibration latent : calibration.latents()) {
      highest =
          Math.max(
              highest,
              threshold(reference, latent.effectiveSamples(), latent.lagOne(), targetRunLength));
    }
    return highest;
  }

  /**
   * The threshold for one number of effective samples, at least the first of the table, and one
   * autocorrelation.
   */
  public double threshold(
      DriftReference reference, double effectiveSamples, double lagOne, double targetRunLength) {
    if (reference.fingerprint() != this.reference) {
      throw new IllegalArgumentException(
          "thresholds belong to reference %08x, not to %08x: simulate them again"
              .formatted(this.reference, reference.fingerprint()));
    }
    double limit = reference.threshold(targetRunLength).value();
    double x = Math.log(time(Math.max(0, Math.min(lagOnes[lagOnes.length - 1], lagOne))));
    int above = 0;
    while (above < lagOnes.length - 1 && Math.log(time(lagOnes[above])) < x) {
      above++;
    }
    double right = level(above, effectiveSamples, targetRunLength, limit);
    if (above == 0) {
      return right;
    }
    double left = level(above - 1, effectiveSamples, targetRunLength, limit);
    double from = Math.log(time(lagOnes[above - 1]));
    double to = Math.log(time(lagOnes[above]));
    return left + Math.min(1, (x - from) / (to - from)) * (right - left);
  }

  private double level(int row, double effectiveSamples, double target, double limit) {
    double x = 1 / Math.max(samples[0], effectiveSamples);
    int above = 0; // first cell with at least so many samples
    while (above < samples.length && 1 / samples[above] > x) {
      above++;
    }
    double right =
        above == samples.length
            ? limit
            : Math.max(limit, cell(row, above).threshold(target).value());
    double to = above == samples.length ? 0 : 1 / samples[above];
    if (above == 0) {
      return right;
    }
    double from = 1 / samples[above - 1];
    double left = Math.max(limit, cell(row, above - 1).threshold(target).value());
    return left + (from - x) / (from - to) * (right - left);
  }

  private RunLengthCurve cell(int row, int column) {
    return curves[row * samples.length + column];
  }

  /** Big-endian. */
  public byte[] toBytes() {
    int size = 3 * Integer.BYTES + Double.BYTES * (samples.length + lagOnes.length);
    for (RunLengthCurve curve : curves) {
      size += Integer.BYTES + Float.BYTES * (3 * curve.levels().length + 2);
    }
    ByteBuffer body =
        ByteBuffer.allocate(size).putInt(reference).putInt(samples.length).putInt(lagOnes.length);
    for (double value : samples) {
      body.putDouble(value);
    }
    for (double value : lagOnes) {
      body.putDouble(value);
    }
    for (RunLengthCurve curve : curves) {
      body.putInt(curve.levels().length);
      for (float[] values : new float[][] {curve.levels(), curve.logRunLength(), curve.error()}) {
        for (float value : values) {
          body.putFloat(value);
        }
      }
      body.putFloat(curve.slope()).putFloat(curve.slopeEvents());
    }
    return FORMAT.write(body.array());
  }

  /**
   * Reads what {@link #toBytes} wrote.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, or damaged
   */
  public static CommissioningThresholds fromBytes(byte[] bytes) {
    return FORMAT.read(bytes, CommissioningThresholds::read);
  }

  private static CommissioningThresholds read(ByteBuffer in) {
    int reference = in.getInt();
    int columns = in.getInt();
    int rows = in.getInt();
    if (columns < 1 || rows < 1 || columns > MAX_CELLS || rows > MAX_CELLS / columns) {
      throw new IllegalArgumentException(
          "table of thresholds has %d x %d cells, expected 1 to %d"
              .formatted(rows, columns, MAX_CELLS));
    }
    Grid grid = new Grid(doubles(in, columns), doubles(in, rows), MIN_STREAMS);
    RunLengthCurve[] curves = new RunLengthCurve[rows * columns];
    for (int i = 0; i < curves.length; i++) {
      int levels = in.getInt();
      if (levels < 1 || levels > MAX_LEVELS) {
        throw new IllegalArgumentException(
            "table of thresholds has %d levels, expected 1 to %d".formatted(levels, MAX_LEVELS));
      }
      curves[i] =
          new RunLengthCurve(
              floats(in, levels),
              floats(in, levels),
              floats(in, levels),
              in.getFloat(),
              in.getFloat());
    }
    return new CommissioningThresholds(reference, grid.samples(), grid.lagOnes(), curves);
  }

  private static double[] doubles(ByteBuffer in, int count) {
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getDouble();
    }
    return values;
  }

  private static float[] floats(ByteBuffer in, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getFloat();
    }
    return values;
  }
}
