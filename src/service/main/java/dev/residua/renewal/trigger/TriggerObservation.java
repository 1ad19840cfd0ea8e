package dev.residua.renewal.trigger;

import dev.residua.commissioning.Commissioning;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.Incident;
import java.time.Instant;
import java.util.List;

/** An input of {@link TriggerEvaluation}, in the order in which it became known. */
public sealed interface TriggerObservation {
  /** When it became known: the time of its record, or of the clock. */
  Instant at();

  /** An incident opened, escalated or was resolved. */
  record IncidentChanged(Incident incident, Instant at) implements TriggerObservation {}

  /** A drift detector published an event. */
  record DriftSeen(DriftEvent event, Instant at) implements TriggerObservation {}

  /**
   * A frame was evaluated.
   *
   * @param at when it was evaluated
   * @param pValues of the residuals under the calibration in force, in (0, 1], shape {@code [d]};
   *     empty while the source learns
   * @param quiet whether neither maintenance nor an announced change covers it, and all p-values
   *     are known; open incidents are observed separately
   * @param calibrationScores number of calibration scores behind the p-values
   * @param calibration identity of the calibration in force
   */
  @SuppressWarnings("ArrayRecordComponent") // one per frame
  record FrameEvaluated(
      String source,
      long sequence,
      Instant at,
      float[] pValues,
      boolean quiet,
      int calibrationScores,
      Calibration calibration)
      implements TriggerObservation {
    /**
     * The observation of an evaluated frame. The p-values of a source with a calibration of its own
     * are taken to rest on {@link Commissioning#ENOUGH_SAMPLES} innovations.
     *
     * @param modelScores number of calibration scores behind the model's p-values
     */
    public static FrameEvaluated of(
        DriftScore score, Instant at, ActiveControls controls, int modelScores) {
      float[] pValues = score.calibration().pValues();
      boolean quiet =
          pValues.length > 0
              && !anyUnknown(pValues)
              && !controls.maintained(score.source(), score.capturedAt())
              && !controls.expectsChange(score.source(), score.capturedAt());
      boolean own = score.calibration().phase() != CalibrationPhase.MODEL;
      return new FrameEvaluated(
          score.source(),
          score.sequence(),
          at,
          pValues,
          quiet,
          own ? (int) Commissioning.ENOUGH_SAMPLES : modelScores,
          new Calibration(
              score.modelId(), score.calibration().phase(), score.calibration().revision()));
    }

    private static boolean anyUnknown(float[] pValues) {
      for (float p : pValues) {
        if (Float.isNaN(p)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Identity of the calibration behind p-values.
   *
   * @param modelId model that scored the frame
   * @param phase whose calibration it is
   * @param revision of the source's calibration; 0 for the model's
   */
  record Calibration(String modelId, CalibrationPhase phase, int revision) {}

  /** An operator accepted the current state of some sources as normal. */
  record NormalAccepted(AcceptNormal command) implements TriggerObservation {
    @Override
    public Instant at() {
      return command.order().at();
    }
  }

  /**
   * An operator took back an acceptance.
   *
   * @param others acceptances that remain
   */
  record AcceptanceTakenBack(List<AcceptNormal> others, Instant at) implements TriggerObservation {
    public AcceptanceTakenBack {
      others = List.copyOf(others);
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
