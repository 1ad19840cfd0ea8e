package dev.residua.monitor;

import java.time.Instant;

/**
 * Stage that measures the frame rate of one source and sets the run length of its thresholds.
 * Immutable: every frame gives the next state.
 *
 * @param measured frame rate by the capture times
 * @param usedPerSecond frame rate that the thresholds are set for; 0 while it is not measured
 */
public record Pace(FrameRate measured, double usedPerSecond) {
  static final Pace UNKNOWN = new Pace(FrameRate.UNKNOWN, 0);

  /** Change of the frame rate from which the thresholds follow it. */
  private static final double TOLERANCE = 1.25;

  Pace next(Instant capturedAt) {
    FrameRate next = measured.next(capturedAt);
    double rate = next.perSecond(); // NaN, which differs from nothing, until it is measured
    boolean differs = rate > usedPerSecond * TOLERANCE || rate * TOLERANCE < usedPerSecond;
    return new Pace(next, differs ? rate : usedPerSecond);
  }

  /** Returns the mean run length to a false alarm of all detectors together, in frames. */
  double runLength(SourceSettings settings, MonitorModel model) {
    return settings
        .budget()
        .map(
            budget ->
                budget.runLength(usedPerSecond == 0 ? budget.framesPerSecond() : usedPerSecond))
        .orElse(model.targetRunLength());
  }
}
