package dev.residua.monitor;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.ScoredFrame;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.dynamics.DynamicState;
import dev.residua.frame.FrameTiming;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Completes scores of one source with residuals of equations that use earlier frames: their
 * one-step innovations. A model without such equations passes scores on as they are. Mutable, for
 * one thread.
 */
public final class InnovationStage {
  private static final double NANOS = 1e9;

  /**
   * Frames in a row that show a latent again after which its reading counts: between frames that do
   * not show it, it is often wrong too.
   */
  private static final byte SHOWN_FRAMES = 8;

  private final AnomalyCalibration calibration;
  private final @Nullable DynamicFilter filter; // null: no equation uses earlier frames
  private byte[] shown;

  /**
   * State between two frames.
   *
   * @param readings of the frames so far
   * @param shown frames in a row that showed each latent, at most 8
   */
  @SuppressWarnings("ArrayRecordComponent") // read here alone
  public record State(DynamicState readings, byte[] shown) {}

  /**
   * @param filter null if no equation uses earlier frames
   * @param encoded number of latents that are read from pictures
   */
  public InnovationStage(
      AnomalyCalibration calibration, @Nullable DynamicFilter filter, int encoded) {
    this.calibration = calibration;
    this.filter = filter;
    this.shown = new byte[encoded];
    Arrays.fill(shown, SHOWN_FRAMES);
  }

  /**
   * @param state to continue from; null to start
   */
  InnovationStage(MonitorThresholds thresholds, @Nullable State state) {
    this(
        thresholds.model().rule().calibration(),
        thresholds.filter(state == null ? null : state.readings()),
        thresholds.model().encoded());
    shown = state == null ? shown : state.shown();
  }

  /** Returns the stage of another source of the model, before its first frame. */
  public InnovationStage fresh() {
    return new InnovationStage(
        calibration, filter == null ? null : filter.continuing(null), shown.length);
  }

  /** Returns the state between two frames; null if no equation uses earlier frames. */
  @Nullable State state() {
    return filter == null ? null : new State(filter.state(), shown);
  }

  /** Returns the last frames; null if no equation uses earlier frames. */
  public @Nullable DynamicHistory history() {
    return filter == null ? null : filter.history();
  }

  /**
   * Completes the score of the next frame, but not of a late one.
   *
   * @param fault whether the camera has a fault, so that latents mean nothing
   */
  public ScoredFrame next(ScoredFrame frame, boolean fault) {
    if (filter == null || frame.timing().arrival() == FrameTiming.Arrival.LATE) {
      return frame;
    }
    float[] readings = reliable(frame.latents());
    double seconds = seconds(frame.capturedAt());
    if (fault) {
      filter.skip(seconds);
      return frame;
    }
    float[] expected = frame.expected().clone();
    float[] residuals = frame.residuals().clone();
    filter.next(seconds, readings, expected, residuals);
    return new ScoredFrame(
        frame.source(),
        frame.sequence(),
        frame.capturedAt(),
        frame.scoredAt(),
        frame.modelId(),
        frame.modelDigest(),
        frame.scene(),
        frame.latents(),
        expected,
        residuals,
        statistics(frame.statistics(), residuals),
        frame.sensor(),
        frame.timing(),
        frame.position(),
        frame.rule(),
        frame.context());
  }

  /** Returns the latents of the next frame, NaN for each that a frame shortly before hid. */
  private float[] reliable(float[] latents) {
    float[] reliable = latents.clone();
    byte[] before = shown;
    shown = before.clone();
    for (int i = 0; i < before.length; i++) {
      if (before[i] < SHOWN_FRAMES) {
        reliable[i] = Float.NaN;
      }
      shown[i] = Float.isNaN(latents[i]) ? 0 : (byte) Math.min(SHOWN_FRAMES, before[i] + 1);
    }
    return reliable;
  }

  private FrameStatistics statistics(FrameStatistics scored, float[] residuals) {
    FrameStatistics complete =
        calibration.statistics(residuals, 0, scored.appearanceDeviation(), true);
    return new FrameStatistics(
        complete.standardized(),
        complete.pValues(),
        complete.jointPValue(),
        scored.reconstruction(),
        scored.reconstructionPValue(),
        scored.appearancePValue(),
        scored.reconstructionError(),
        scored.appearanceDeviation(),
        scored.details());
  }

  private static double seconds(Instant at) {
    return at.getEpochSecond() + at.getNano() / NANOS;
  }
}
