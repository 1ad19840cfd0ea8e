package dev.residua.renewal.trigger;

import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.Incident;
import java.time.Instant;

/** An input of {@link TriggerEvaluation}, in the order in which it became known. */
public sealed interface TriggerObservation {
  /** When it became known: the time of its record, or of the clock. */
  Instant at();

  /** An incident opened, escalated or was resolved. */
  record IncidentChanged(Incident incident, Instant at) implements TriggerObservation {}

  /** A drift detector published an event. */
  record DriftSeen(DriftEvent event, Instant at) implements TriggerObservation {}

  /**
   * A frame was scored.
   *
   * @param at when it was scored
   * @param jointPValue conformal p-value over all latents, in (0, 1]
   * @param quiet whether neither maintenance nor an announced change covers it, and no variable is
   *     missing; open incidents are observed separately
   * @param calibrationScores number of calibration scores behind the p-value
   * @param modelId model that scored it
   */
  record FrameScored(
      String source,
      long sequence,
      Instant at,
      double jointPValue,
      boolean quiet,
      int calibrationScores,
      String modelId)
      implements TriggerObservation {
    /**
     * The observation of a scored frame.
     *
     * @param calibrationScores number of calibration scores behind its p-value
     */
    public static FrameScored of(
        ScoredFrame frame, Instant at, ActiveControls controls, int calibrationScores) {
      boolean quiet =
          !controls.maintained(frame.source(), frame.capturedAt())
              && !controls.expectsChange(frame.source(), frame.capturedAt())
              && !frame.statistics().isPartial();
      return new FrameScored(
          frame.source(),
          frame.sequence(),
          at,
          frame.statistics().jointPValue(),
          quiet,
          calibrationScores,
          frame.modelId());
    }
  }

  /** An operator accepted the current state of some sources as normal. */
  record NormalAccepted(AcceptNormal command) implements TriggerObservation {
    @Override
    public Instant at() {
      return command.order().at();
    }
  }

  /**
   * An operator requested a training.
   *
   * @param id identity of the command
   * @param by the operator
   */
  record Commanded(String id, Instant at, String by, String reason) implements TriggerObservation {}

  /** A training started. */
  record TrainingStarted(String id, Instant at) implements TriggerObservation {}

  /** A training ended, with any outcome, or was abandoned. */
  record TrainingEnded(String id, Instant at) implements TriggerObservation {}

  /** Time has passed. */
  record Tick(Instant at) implements TriggerObservation {}
}
