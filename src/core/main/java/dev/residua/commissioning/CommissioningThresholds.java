package dev.residua.commissioning;

import dev.residua.drift.DriftReference;
import dev.residua.drift.NullStreams;
import dev.residua.drift.RunLengthCurve;
import dev.residua.drift.StreamMaxima;
import dev.residua.frame.CheckedBytes;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Thresholds of one drift detector by the number of innovations that a source learned from. A
 * distribution that was learned from few innovations is slightly wrong, so a quiet source passes a
 * threshold at another rate than one whose distribution is known; the table pays for that.
 *
 * <p>Every cell is simulated with the commissioning inside: quiet normal scores become the
 * innovations of autoregressive residuals, a window of them is fitted by {@link CommissioningFit},
 * its innovations give the distribution of the source, and streams that follow are watched through
 * the fitted filter until they pass each level. {@link InnovationDistribution} makes scores whose
 * distribution hardly depends on that of the source, so one table serves sources of every
 * distribution and autocorrelation. Between cells the level is interpolated in {@code 1 /
 * innovations}, which the excess of false alarms is proportional to; down to half of the first cell
 * the first two are extrapolated, and above the last cell the level is that of the last.
 *
 * <p>Immutable; less than 2 kB per cell.
 */
public final class CommissioningThresholds {
  /** Max innovations that are simulated: a window keeps no more for 4 latents. */
  static final int MAX_INNOVATIONS = 10_000;

  /** Min streams per cell that give a threshold at all. */
  static final int MIN_STREAMS = 48;

  /** Frames after which the residuals of a simulated source are stationary. */
  private static final int SETTLE = 16;

  /** Lag-one correlation of the residuals that are simulated. */
  private static final double LAG_ONE = 0.5;

  private static final int MAX_CELLS = 64;
  private static final int MAX_LEVELS = 512;
  private static final CheckedBytes FORMAT =
      new CheckedBytes(0x52455354, 2, "table of thresholds"); // "REST"

  /**
   * Grid of simulations.
   *
   * @param innovations that a source learns from, ascending, 256 to 10,000
   * @param streams quiet streams per cell, at least 48; 1,000 and more are better
   */
  @SuppressWarnings("ArrayRecordComponent") // made once per simulation
  public record Grid(int[] innovations, int streams) {
    public Grid {
      if (innovations.length < 1 || innovations.length > MAX_CELLS) {
        throw new IllegalArgumentException(
            "a grid has 1 to %d cells but got %d".formatted(MAX_CELLS, innovations.length));
      }
      int least = CommissioningFit.MIN_INTERVALS * CommissioningWindow.RUN;
      for (int i = 0; i < innovations.length; i++) {
        int above = i == 0 ? least : innovations[i - 1] + 1;
        if (innovations[i] < above || innovations[i] > MAX_INNOVATIONS) {
          throw new IllegalArgumentException(
              "innovations must ascend within %d to %d but were %s"
                  .formatted(least, MAX_INNOVATIONS, Arrays.toString(innovations)));
        }
      }
      if (streams < MIN_STREAMS) {
        throw new IllegalArgumentException(
            "streams must be at least %d but were %d".formatted(MIN_STREAMS, streams));
      }
    }
  }

  private final int reference; // fingerprint
  private final int[] innovations;
  private final RunLengthCurve[] curves; // per cell

  private CommissioningThresholds(int reference, int[] innovations, RunLengthCurve[] curves) {
    this.reference = reference;
    this.innovations = innovations;
    this.curves = curves;
  }

  /**
   * Simulates a table; about 3 seconds per cell and core for 4 latents and 1,000 streams. Uses all
   * processors; the result does not depend on how many there are.
   *
   * @param reference of the detector, on normal scores
   * @param scores the normal scores that it was learned from, shape {@code [n][d]}
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
    InnovationDistribution distribution = InnovationDistribution.of(columns(scores));
    int[] innovations = grid.innovations().clone();
    RunLengthCurve[] curves = new RunLengthCurve[innovations.length];
    int length = reference.settings().streamLength();
    int worlds = (grid.streams() - 1) / RunLengthCurve.STREAMS_PER_WORLD + 1;
    int together = StreamMaxima.STREAMS / RunLengthCurve.STREAMS_PER_WORLD; // worlds
    int batches = (worlds + together - 1) / together;
    ConcurrentLinkedQueue<StreamMaxima> idle = new ConcurrentLinkedQueue<>();
    AtomicInteger done = new AtomicInteger();
    double all = (double) curves.length * batches;
    progress.accept(0);
    for (int cell = 0; cell < curves.length; cell++) {
      int frames = innovations[cell];
      // The same worlds in every cell, so that cells differ by the learned distribution and not by
      // chance.
      long[] seeds = new SplittableRandom(seed).longs(worlds).toArray();
      int[][] times = new int[worlds * RunLengthCurve.STREAMS_PER_WORLD][];
      float[][] maxima = new float[times.length][];
      IntStream.range(0, batches)
          .parallel()
          .forEach(
              batch -> {
                StreamMaxima simulation = idle.poll();
                if (simulation == null) {
                  simulation = reference.newStreamMaxima();
                }
                float[][] samples = new float[StreamMaxima.STREAMS][length * reference.latents()];
                int first = batch * together;
                int used = Math.min(together, worlds - first);
                for (int i = 0; i < used; i++) {
                  new World(reference.latents(), quiet, distribution, frames, seeds[first + i])
                      .fill(samples, i * RunLengthCurve.STREAMS_PER_WORLD);
                }
                simulation.run(
                    samples,
                    length,
                    used * RunLengthCurve.STREAMS_PER_WORLD,
                    times,
                    maxima,
                    first * RunLengthCurve.STREAMS_PER_WORLD);
                idle.add(simulation);
                synchronized (done) {
                  progress.accept(done.incrementAndGet() / all);
                }
              });
      curves[cell] = RunLengthCurve.estimateOfFleet(times, maxima, length);
    }
    return new CommissioningThresholds(reference.fingerprint(), innovations, curves);
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

  /** One replicate of the reference: a source that is commissioned and then watched. */
  private static final class World {
    private final NullStreams.Stream stream;
    private final InnovationDistribution shared;
    private final int frames;
    private final float[] residuals;

    World(int latents, NullStreams quiet, InnovationDistribution shared, int frames, long seed) {
      this.stream = quiet.new Stream();
      this.shared = shared;
      this.frames = frames;
      this.residuals = new float[latents];
      stream.newWorld(seed);
    }

    private void next(float[] score) {
      stream.next(score);
      double rest = Math.sqrt(1 - LAG_ONE * LAG_ONE);
      for (int k = 0; k < score.length; k++) {
        residuals[k] = (float) (LAG_ONE * residuals[k] + rest * score[k]);
      }
    }

    /** Commissions the source and fills some streams with its scores, shape {@code [..][t][d]}. */
    void fill(float[][] samples, int from) {
      int d = residuals.length;
      float[] score = new float[d];
      stream.newStream();
      for (int t = 0; t < SETTLE; t++) {
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
      InnovationDistribution distribution = shared.ofSource(fit.innovations());
      double[] innovations = new double[d];
      for (int i = from; i < from + RunLengthCurve.STREAMS_PER_WORLD; i++) {
        stream.newStream();
        for (int t = 0; t < SETTLE; t++) {
          next(score);
          filter.next(residuals, innovations);
        }
        for (int at = 0; at < samples[i].length; at += d) {
          next(score);
          filter.next(residuals, innovations);
          for (int k = 0; k < d; k++) {
            samples[i][at + k] = (float) distribution.normalScore(k, innovations[k]);
          }
        }
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
    check(reference);
    double highest = Double.NEGATIVE_INFINITY;
    for (LatentCalibration latent : calibration.latents()) {
      highest = Math.max(highest, level(latent.innovations(), targetRunLength));
    }
    return highest;
  }

  double threshold(DriftReference reference, double learntInnovations, double targetRunLength) {
    check(reference);
    return level(learntInnovations, targetRunLength);
  }

  /**
   * Returns the increase of the threshold for finite learning, compared with the most innovations
   * that are simulated; at least 0.
   */
  public double cost(
      DriftReference reference, SourceCalibration calibration, double targetRunLength) {
    double least = level(innovations[innovations.length - 1], targetRunLength);
    return Math.max(0, threshold(reference, calibration, targetRunLength) - least);
  }

  private void check(DriftReference used) {
    if (used.fingerprint() != reference) {
      throw new IllegalArgumentException(
          "thresholds belong to reference %08x, not to %08x: simulate them again"
              .formatted(reference, used.fingerprint()));
    }
  }

  private double level(double learnt, double target) {
    int last = innovations.length - 1;
    double n = Math.max(innovations[0] / 2.0, Math.min(innovations[last], learnt));
    int above = Math.min(1, last); // first cell but one with at least this number of innovations
    while (innovations[above] < n) {
      above++;
    }
    double right = curves[above].threshold(target).value();
    if (above == 0) {
      return right;
    }
    double left = curves[above - 1].threshold(target).value();
    double from = 1.0 / innovations[above - 1];
    double to = 1.0 / innovations[above];
    double level = left + (from - 1 / n) / (from - to) * (right - left);
    return n < innovations[0] ? Math.max(left, level) : level;
  }

  /** Big-endian. */
  public byte[] toBytes() {
    int size = Integer.BYTES * (2 + innovations.length);
    for (RunLengthCurve curve : curves) {
      size += Integer.BYTES + Float.BYTES * (3 * curve.levels().length + 2);
    }
    ByteBuffer body = ByteBuffer.allocate(size).putInt(reference).putInt(innovations.length);
    for (int value : innovations) {
      body.putInt(value);
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
   * Reads the output of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, or damaged
   */
  public static CommissioningThresholds fromBytes(byte[] bytes) {
    return FORMAT.read(bytes, CommissioningThresholds::read);
  }

  private static CommissioningThresholds read(ByteBuffer in) {
    int reference = in.getInt();
    int cells = in.getInt();
    if (cells < 1 || cells > MAX_CELLS) {
      throw new IllegalArgumentException(
          "table of thresholds has %d cells, expected 1 to %d".formatted(cells, MAX_CELLS));
    }
    int[] innovations = new int[cells];
    for (int i = 0; i < cells; i++) {
      innovations[i] = in.getInt();
    }
    Grid grid = new Grid(innovations, MIN_STREAMS);
    RunLengthCurve[] curves = new RunLengthCurve[cells];
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
    return new CommissioningThresholds(reference, grid.innovations(), curves);
  }

  private static float[] floats(ByteBuffer in, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = in.getFloat();
    }
    return values;
  }
}
