package dev.residua.monitor;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.ScoredFrame;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.dynamics.DynamicState;
import dev.residua.frame.FrameTiming;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Completes scores of one source with residuals of equations that use earlier frames: their
 * one-step innovations. A model without such equations passes scores on as they are. Mutable, for
 * one thread.
 */
public final class InnovationStage {
  private static final double NANOS = 1e9;

  private final AnomalyCalibration calibration;
  private final @Nullable DynamicFilter filter; // null: no equation uses earlier frames

  /**
   * @param filter null if no equation uses earlier frames
   */
  public InnovationStage(AnomalyCalibration calibration, @Nullable DynamicFilter filter) {
    this.calibration = calibration;
    this.filter = filter;
  }

  /**
   * @param state to continue from; null to start
   */
  InnovationStage(MonitorThresholds thresholds, @Nullable DynamicState state) {
    this(thresholds.model().rule().calibration(), thresholds.filter(state));
  }

  /** Returns the stage of another source of the model, before its first frame. */
  public InnovationStage fresh() {
    return new InnovationStage(calibration, filter == null ? null : filter.continuing(null));
  }

  /** Returns the state between two frames; null if no equation uses earlier frames. */
  @Nullable DynamicState state() {
    return filter == null ? null : filter.state();
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
    return next(frame, fault, frame.latents());
  }

  /**
   * Completes the score of the next frame.
   *
   * @param readings latents of the frame that equations over time may use, NaN for others
   */
  ScoredFrame next(ScoredFrame frame, boolean fault, float[] readings) {
    if (filter == null || frame.timing().arrival() == FrameTiming.Arrival.LATE) {
      return frame;
    }
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
