package dev.residua.renewal.trigger;

import java.util.List;

/**
 * A trigger that starts no training now, and the reason.
 *
 * @param detail since when or until when, as the end of a sentence
 */
public record SuppressedTrigger(RetrainTrigger trigger, Reason reason, String detail) {
  /** Reason that prevents the training. */
  public enum Reason {
    /** Another training is requested or running. */
    RUNNING,
    /** The last training ended less than the cooldown ago. */
    COOLDOWN,
    /** The period's budget of trainings is used up. */
    BUDGET,
    /** An incident of a kind that is not learnt is open at the same source. */
    FAULT,
    /** An open incident at the same source becomes a trigger once it has lasted. */
    DRIFT
  }

  /**
   * Identity of the trigger among those of its kind: its incidents, or its sources if it has no
   * incident; at least one.
   */
  List<String> subjects() {
    return trigger.incidents().isEmpty()
        ? List.of(trigger.sources().toString())
        : trigger.incidents();
  }

  /** Trigger and reason in one sentence. */
  public String sentence() {
    return "no training although %s: %s".formatted(trigger.reason(), detail);
  }
}
