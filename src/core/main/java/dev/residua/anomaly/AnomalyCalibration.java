package dev.residua.anomaly;

import dev.residua.causal.DetailStatistics;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.Reconstruction;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Residuals, reconstruction errors and appearance of nominal frames, and the conformal p-values of
 * a new frame among them. Immutable, safe for use by several threads.
 *
 * <p>Residuals are standardised by median and 1.4826 times the median absolute deviation, per
 * latent. The p-value of a latent is the conformal rank of {@code |standardised residual|}
 * (two-sided) among all calibration frames. The joint p-value is that of the most unusual latent:
 * every eighth calibration frame fixes, per latent, a tail function (ranks, with an exponential
 * tail beyond the highest twentieth) that makes latents comparable; the largest value over latents
 * is the frame's score, and its rank among the other seven eighths of the frames is the p-value.
 * Because the two sets are disjoint, it is valid for any dependence of latents.
 *
 * <p>Condition of every p-value: the frame is exchangeable with the calibration frames. Frames of
 * one stream are autocorrelated: the rate of small p-values over a long time is then still right,
 * but they come in clusters. Location and scale are estimated on the frames that are ranked, which
 * costs O(1/n) of exactness.
 */
public final class AnomalyCalibration {
  /** Fewest frames from which a calibration can be made. */
  public static final int MIN_FRAMES = 80;

  private static final int MAGIC = 0x52455341; // "RESA"
  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 6 * Integer.BYTES + Long.BYTES;
  private static final double MAD_TO_SD = 1.4826;
  private static final double TAIL_SHARE = 0.05;

  /** One frame in this many fixes the tails; the others rank the joint score. */
  static final int TAIL_EVERY = 8;

  private final int latents;
  private final float[] location;
  private final float[] scale;
  private final Scores[] perLatent;
  private final Tail[] tails;
  private final ScoreCalibration joint;
  private final ScoreCalibration reconstruction;
  private final ScoreCalibration appearance;
  private final float appearanceCentre;

  // Written by toBytes: everything else follows from these.
  private final float[] residuals;
  private final float[] reconstructionErrors;
  private final float[] appearanceDeviations;

  private AnomalyCalibration(
      float[] residuals, int latents, float[] reconstructionErrors, float[] appearance) {
    this.latents = latents;
    this.residuals = residuals;
    this.reconstructionErrors = reconstructionErrors;
    this.appearanceDeviations = appearance;
    int n = reconstructionErrors.length;
    this.location = new float[latents];
    this.scale = new float[latents];
    this.perLatent = new Scores[latents];
    this.tails = new Tail[latents];
    float[][] magnitudes = new float[latents][n];
    for (int i = 0; i < latents; i++) {
      float[] column = new float[n];
      for (int row = 0; row < n; row++) {
        column[row] = residuals[row * latents + i];
      }
      location[i] = median(column);
      scale[i] = robustScale(column, location[i]);
      for (int row = 0; row < n; row++) {
        magnitudes[i][row] = Math.abs(standardize(column[row], i));
      }
      perLatent[i] = new Scores(magnitudes[i]);
      float[] part = new float[(n + TAIL_EVERY - 1) / TAIL_EVERY];
      for (int row = 0; row < n; row += TAIL_EVERY) {
        part[row / TAIL_EVERY] = magnitudes[i][row];
      }
      tails[i] = new Tail(part);
    }
    float[] scores = new float[n - (n + TAIL_EVERY - 1) / TAIL_EVERY];
    for (int row = 0, at = 0; row < n; row++) {
      if (row % TAIL_EVERY != 0) {
        float worst = 0;
        for (int i = 0; i < latents; i++) {
          worst = Math.max(worst, tails[i].score(magnitudes[i][row]));
        }
        scores[at++] = worst;
      }
    }
    this.joint = ScoreCalibration.of(scores);
    this.reconstruction = ScoreCalibration.of(reconstructionErrors);
    this.appearanceCentre = median(appearance);
    float[] deviations = new float[n];
    for (int row = 0; row < n; row++) {
      deviations[row] = Math.abs(appearance[row] - appearanceCentre);
    }
    this.appearance = ScoreCalibration.of(deviations);
  }

  /**
   * Calibrates on nominal frames that the model was not trained on. O(n d log n).
   *
   * @param residuals structural residuals, row-major, shape {@code [n][latents]}, {@code n >= }
   *     {@link #MIN_FRAMES}
   * @param latents number of latents {@code d}
   * @param reconstructionErrors shape {@code [n]}
   * @param appearance values of {@link AppearanceReference#deviation}, shape {@code [n]}; all zero
   *     without such a reference
   * @throws IllegalArgumentException if shapes differ, there are too few frames or a value is not
   *     finite
   */
  public static AnomalyCalibration fit(
      float[] residuals, int latents, float[] reconstructionErrors, float[] appearance) {
    int n = reconstructionErrors.length;
    if (latents < 1 || residuals.length != n * latents || appearance.length != n) {
      throw new IllegalArgumentException(
          "calibration of %d latents has %d residuals, %d reconstruction errors and %d deviations"
              .formatted(latents, residuals.length, n, appearance.length));
    }
    if (n < MIN_FRAMES) {
      throw new IllegalArgumentException(
          "calibration needs at least %d frames but got %d".formatted(MIN_FRAMES, n));
    }
    checkFinite("residual", residuals);
    checkFinite("reconstruction error", reconstructionErrors);
    checkFinite("appearance deviation", appearance);
    return new AnomalyCalibration(
        residuals.clone(), latents, reconstructionErrors.clone(), appearance.clone());
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return latents;
  }

  /** Number of calibration frames {@code n}. */
  public int size() {
    return reconstructionErrors.length;
  }

  /**
   * Smallest p-value that every channel can give: {@code 1 / (m + 1)} with {@code m} the frames
   * behind the joint p-value, seven eighths of {@link #size}. A rule that asks for less must use
   * {@link #tailPValue}.
   */
  public double resolution() {
    return joint.resolution();
  }

  /**
   * Smallest conformal p-value of one channel.
   *
   * @param channel no fault of the sensor
   */
  public double resolution(AnomalyKind channel) {
    return channel(channel).resolution();
  }

  /**
   * p-value of a score under a generalised Pareto tail that is fitted to the largest twentieth of
   * the channel's calibration scores (at least 20 of them). Below that twentieth it is the
   * conformal p-value. Beyond, and above all below {@link #resolution(AnomalyKind)}, it is the
   * estimate of a fitted model and not a guarantee. It tends to be too large: for a true 1e-7 and
   * 5,000 calibration frames about 30 times, for exponential scores.
   *
   * @param channel not a fault of the sensor
   * @param score see {@link #score}
   * @return in [1e-12, 1]
   */
  public double tailPValue(AnomalyKind channel, float score) {
    return channel(channel).tailPValue(score);
  }

  /**
   * Statistic that a channel ranks: for residuals the most unusual latent on the scale of its own
   * tail, the reconstruction error, or the distance of the static pixels' deviation from its
   * median; larger is more unusual.
   *
   * @param channel not a fault of the sensor
   */
  public float score(AnomalyKind channel, FrameStatistics frame) {
    return switch (channel) {
      case RESIDUAL -> jointScore(frame.standardized(), frame.pValues());
      case OFF_MANIFOLD -> frame.reconstructionError();
      case APPEARANCE -> Math.abs(frame.appearanceDeviation() - appearanceCentre);
      case DARK, SATURATED, FROZEN, TORN, BLURRED, MOVED, VARIABLE_MISSING, UNREADABLE ->
          throw noChannel(channel);
    };
  }

  /**
   * Score of the most unusual latent.
   *
   * @param pValues NaN for an unknown latent, which does not count
   */
  private float jointScore(float[] standardized, float[] pValues) {
    if (standardized.length != latents) {
      throw new IllegalArgumentException(
          "%d standardised residuals, the calibration has %d latents"
              .formatted(standardized.length, latents));
    }
    float worst = 0;
    for (int i = 0; i < latents; i++) {
      if (!Float.isNaN(pValues[i])) {
        worst = Math.max(worst, tails[i].score(Math.abs(standardized[i])));
      }
    }
    return worst;
  }

  private ScoreCalibration channel(AnomalyKind kind) {
    return switch (kind) {
      case RESIDUAL -> joint;
      case OFF_MANIFOLD -> reconstruction;
      case APPEARANCE -> appearance;
      case DARK, SATURATED, FROZEN, TORN, BLURRED, MOVED, VARIABLE_MISSING, UNREADABLE ->
          throw noChannel(kind);
    };
  }

  private static IllegalArgumentException noChannel(AnomalyKind kind) {
    return new IllegalArgumentException(
        "%s is a fault of the sensor, which is not calibrated here".formatted(kind));
  }

  /** Median deviation of the static pixels on the calibration frames; 1 is white. */
  public float appearanceCentre() {
    return appearanceCentre;
  }

  /** Median of a latent's residual on the calibration frames, in the units of the residual. */
  public float location(int latent) {
    return location[latent];
  }

  /** Robust standard deviation of a latent's residual, in the units of the residual, above 0. */
  public float scale(int latent) {
    return scale[latent];
  }

  /**
   * Evaluates one row of a batch. O(d log n) time, no allocation beyond the result.
   *
   * @param row which frame of the batch, from 0
   * @param appearanceDeviation of that frame, as {@link AppearanceReference#deviation} gives it
   * @throws IllegalArgumentException if the batch has another number of latents
   */
  public FrameStatistics statistics(LatentBatch batch, int row, float appearanceDeviation) {
    return statistics(batch, row, appearanceDeviation, Reconstruction.SAMPLED, null);
  }

  /**
   * Evaluates one row of a batch. O(d log n) time.
   *
   * @param row which frame of the batch, from 0
   * @param appearanceDeviation of that frame, as {@link AppearanceReference#deviation} gives it
   * @param how whether the frame was reconstructed
   * @param details of the frame; null if they are not known
   * @throws IllegalArgumentException if the batch has another number of latents
   */
  public FrameStatistics statistics(
      LatentBatch batch,
      int row,
      float appearanceDeviation,
      Reconstruction how,
      @Nullable DetailStatistics details) {
    if (batch.latents() != latents) {
      throw new IllegalArgumentException(
          "batch has %d latents, the calibration %d".formatted(batch.latents(), latents));
    }
    return statistics(
        batch.residuals(),
        row * latents,
        batch.isPartial(row),
        appearanceDeviation,
        how,
        batch.reconstructionErrors()[row],
        details);
  }

  /**
   * Evaluates one reconstructed frame.
   *
   * @param residuals the frame's residuals start at {@code offset}
   */
  public FrameStatistics statistics(
      float[] residuals, int offset, float reconstructionError, float appearanceDeviation) {
    return statistics(
        residuals,
        offset,
        false,
        appearanceDeviation,
        Reconstruction.SAMPLED,
        reconstructionError,
        null);
  }

  /**
   * Evaluates one frame that is not reconstructed.
   *
   * @param residuals the frame's residuals start at {@code offset}
   */
  public FrameStatistics statistics(float[] residuals, int offset, float appearanceDeviation) {
    return statistics(residuals, offset, appearanceDeviation, false);
  }

  /**
   * Evaluates one frame that is not reconstructed.
   *
   * @param residuals the frame's residuals start at {@code offset}
   * @param partial whether a residual that is NaN is not known, because a variable is missing;
   *     otherwise NaN is infinitely unusual
   */
  public FrameStatistics statistics(
      float[] residuals, int offset, float appearanceDeviation, boolean partial) {
    return statistics(
        residuals, offset, partial, appearanceDeviation, Reconstruction.NONE, Float.NaN, null);
  }

  private FrameStatistics statistics(
      float[] residuals,
      int offset,
      boolean partial,
      float appearanceDeviation,
      Reconstruction how,
      float error,
      @Nullable DetailStatistics details) {
    float[] standardized = new float[latents];
    for (int i = 0; i < latents; i++) {
      standardized[i] = standardize(residuals[offset + i], i);
    }
    return ofStandardized(standardized, partial, appearanceDeviation, how, error, details);
  }

  /**
   * Evaluates one frame that is not reconstructed, by its standardised residuals.
   *
   * @param standardized residuals in standard deviations of this calibration, shape {@code [d]};
   *     owned by the result
   * @param partial as in {@link #statistics(float[], int, float, boolean)}
   */
  public FrameStatistics ofStandardized(
      float[] standardized, float appearanceDeviation, boolean partial) {
    return ofStandardized(
        standardized, partial, appearanceDeviation, Reconstruction.NONE, Float.NaN, null);
  }

  private FrameStatistics ofStandardized(
      float[] standardized,
      boolean partial,
      float appearanceDeviation,
      Reconstruction how,
      float error,
      @Nullable DetailStatistics details) {
    float[] pValues = new float[latents];
    for (int i = 0; i < latents; i++) {
      float e = standardized[i];
      pValues[i] = partial && Float.isNaN(e) ? Float.NaN : perLatent[i].pValue(Math.abs(e));
    }
    return new FrameStatistics(
        standardized,
        pValues,
        joint.pValue(jointScore(standardized, pValues)),
        how,
        how == Reconstruction.NONE ? Float.NaN : reconstruction.pValue(error),
        appearance.pValue(Math.abs(appearanceDeviation - appearanceCentre)),
        how == Reconstruction.NONE ? Float.NaN : error,
        appearanceDeviation,
        details);
  }

  /**
   * The same frame with its reconstruction error.
   *
   * @param how not {@link Reconstruction#NONE}
   */
  public FrameStatistics reconstructed(FrameStatistics frame, Reconstruction how, float error) {
    return new FrameStatistics(
        frame.standardized(),
        frame.pValues(),
        frame.jointPValue(),
        how,
        reconstruction.pValue(error),
        frame.appearancePValue(),
        error,
        frame.appearanceDeviation(),
        frame.details());
  }

  /**
   * Residuals of one of the nominal frames that it was fitted on, in the units of the latents.
   *
   * @param row from 0, less than {@link #size}, in the order of time
   */
  public float[] residuals(int row) {
    return Arrays.copyOfRange(residuals, row * latents, (row + 1) * latents);
  }

  /**
   * Statistics of a nominal frame of the calibration, evaluated like a new one.
   *
   * @param row from 0, less than {@link #size}
   */
  public FrameStatistics nominal(int row) {
    return statistics(
        residuals, row * latents, reconstructionErrors[row], appearanceDeviations[row]);
  }

  private float standardize(float residual, int latent) {
    return (residual - location[latent]) / scale[latent];
  }

  /**
   * Makes magnitudes of different latents comparable: minus the logarithm of the tail probability,
   * by rank within the bulk and by an exponential fit beyond.
   */
  private static final class Tail {
    private final Scores bulk;
    private final float start;
    private final float meanExcess;
    private final float logAtStart;

    Tail(float[] magnitudes) {
      bulk = new Scores(magnitudes);
      int n = bulk.size();
      int beyond = Math.max(2, (int) Math.round(n * TAIL_SHARE));
      start = bulk.sorted[n - 1 - beyond];
      double sum = 0;
      for (int i = n - beyond; i < n; i++) {
        sum += bulk.sorted[i] - start;
      }
      meanExcess = (float) Math.max(sum / beyond, 1e-6 + 1e-6 * Math.abs(start));
      logAtStart = (float) -Math.log((1.0 + beyond) / (n + 1));
    }

    /** Larger is more unusual; NaN is infinitely unusual. */
    float score(float magnitude) {
      if (magnitude > start) {
        return logAtStart + (magnitude - start) / meanExcess;
      }
      if (Float.isNaN(magnitude)) {
        return Float.POSITIVE_INFINITY;
      }
      return Math.min(logAtStart, (float) -Math.log(bulk.pValue(magnitude)));
    }
  }

  private static float robustScale(float[] values, float centre) {
    float[] deviations = new float[values.length];
    double squares = 0;
    for (int i = 0; i < values.length; i++) {
      deviations[i] = Math.abs(values[i] - centre);
      squares += (double) deviations[i] * deviations[i];
    }
    double mad = MAD_TO_SD * median(deviations);
    double sd = Math.sqrt(squares / values.length);
    // A latent that hardly varies would turn rounding errors into alarms; one that is constant in
    // more than half of the frames has no median deviation and falls back to the plain one.
    double chosen = mad > 0.01 * sd ? mad : sd;
    return (float) Math.max(chosen, 1e-6);
  }

  private static float median(float[] values) {
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    int n = sorted.length;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
  }

  private static void checkFinite(String what, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s %d is %s, expected a finite number".formatted(what, i, values[i]));
      }
    }
  }

  /** The calibration frames' values: {@code 4 (n (d + 2)) + 32} bytes, big-endian. */
  public byte[] toBytes() {
    int n = size();
    ByteBuffer out = ByteBuffer.allocate(HEADER_BYTES + Float.BYTES * n * (latents + 2));
    out.putInt(MAGIC).putInt(VERSION).putInt(latents).putInt(n).position(HEADER_BYTES);
    out.asFloatBuffer().put(residuals).put(reconstructionErrors).put(appearanceDeviations);
    out.putLong(16, checksum(out.array()));
    return out.array();
  }

  /**
   * Decodes bytes of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, truncated or
   *     damaged
   */
  public static AnomalyCalibration fromBytes(byte[] bytes) {
    int n = size(bytes);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (in.getLong(16) != checksum(bytes)) {
      throw new IllegalArgumentException("anomaly calibration is damaged: its checksum is wrong");
    }
    int latents = in.getInt(8);
    float[] residuals = new float[n * latents];
    float[] errors = new float[n];
    float[] appearance = new float[n];
    in.position(HEADER_BYTES).asFloatBuffer().get(residuals).get(errors).get(appearance);
    return fit(residuals, latents, errors, appearance);
  }

  /**
   * Number of calibration frames of a stored calibration, of which only the header is read.
   *
   * @throws IllegalArgumentException if the bytes are of another kind or version, or truncated
   */
  public static int size(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length < HEADER_BYTES || in.getInt(0) != MAGIC) {
      throw new IllegalArgumentException(
          "these %d bytes are not an anomaly calibration".formatted(bytes.length));
    }
    if (in.getInt(4) != VERSION) {
      throw new IllegalArgumentException(
          "anomaly calibration has version %d, this code reads %d"
              .formatted(in.getInt(4), VERSION));
    }
    int latents = in.getInt(8);
    int n = in.getInt(12);
    long expected = HEADER_BYTES + (long) Float.BYTES * n * (latents + 2L);
    if (latents < 1 || n < MIN_FRAMES || bytes.length != expected) {
      throw new IllegalArgumentException(
          "anomaly calibration of %d frames and %d latents has %d bytes, expected %d"
              .formatted(n, latents, bytes.length, expected));
    }
    return n;
  }

  private static long checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes, HEADER_BYTES, bytes.length - HEADER_BYTES);
    return crc.getValue();
  }
}
