package dev.residua.renewal.trigger;

import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand.AcceptNormal;
import dev.residua.incident.Incident;
import java.time.Instant;

/** What {@link TriggerEvaluation} is told, in the order in which it became known. */
public sealed interface TriggerObservation {
  /** When it became known: the time of its record, or of the clock. */
  Instant at();

  /** An incident opened, escalated or was resolved. */
  record IncidentChanged(Incident incident, Instant at) implements TriggerObservation {}

  /** A detector says something. */
  record DriftSeen(DriftEvent event, Instant at) implements TriggerObservation {}

  /**
   * The capital of a conformal martingale reached {@code 1 / level}.
   *
   * @param logCapital its natural logarithm, at least {@code -log(level)}
   * @param level probability that this ever happens while nothing has changed, in (0, 1)
   */
  record CapitalCrossed(String source, Instant at, double logCapital, double level)
      implements TriggerObservation {
    public CapitalCrossed {
      if (!(level > 0 && level < 1) || !(logCapital >= -Math.log(level))) {
        throw new IllegalArgumentException(
            "a capital of exp(%s) has not crossed 1 / level for level %s in (0, 1)"
                .formatted(logCapital, level));
      }
    }
  }

  /**
   * A frame was scored.
   *
   * @param sequence its number
   * @param at when it was scored
   * @param jointPValue conformal p-value over all latents, in (0, 1]
   * @param quiet whether no alarm was on and no maintenance announced; open incidents are known
   *     here anyway
   * @param calibrationScores behind the p-value
   * @param modelId model that scored it
   */
  record FrameJudged(
      String source,
      long sequence,
      Instant at,
      double jointPValue,
      boolean quiet,
      int calibrationScores,
      String modelId)
      implements TriggerObservation {
    /**
     * A frame as those see it who know of maintenance and announced changes.
     *
     * @param at when it was seen
     * @param board orders in force
     * @param calibrationScores behind its p-value
     */
    public static FrameJudged of(
        ScoredFrame frame, Instant at, ActiveControls board, int calibrationScores) {
      boolean quiet =
          !board.maintained(frame.source(), frame.capturedAt())
              && !board.expectsChange(frame.source(), frame.capturedAt());
      return new FrameJudged(
          frame.source(),
          frame.sequence(),
          at,
          frame.statistics().jointPValue(),
          quiet,
          calibrationScores,
          frame.modelId());
    }
  }

  /** An operator takes the present of some sources as normal, whatever broke. */
  record NormalAccepted(AcceptNormal command) implements TriggerObservation {
    @Override
    public Instant at() {
      return command.order().at();
    }
  }

  /**
   * Someone wants a model trained.
   *
   * @param id identity of the command
   * @param by who
   * @param why the reason given
   */
  record Commanded(String id, Instant at, String by, String why) implements TriggerObservation {}

  /** A training began. */
  record TrainingStarted(String id, Instant at) implements TriggerObservation {}

  /**
   * A training ended, whatever came of it. Also to be said of one that nobody works on any more.
   */
  record TrainingEnded(String id, Instant at) implements TriggerObservation {}

  /** Time has passed. */
  record Tick(Instant at) implements TriggerObservation {}
}
