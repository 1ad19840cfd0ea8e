package dev.residua.renewal.trigger;

/**
 * A trigger that starts no training now, and the reason.
 *
 * @param detail since when or until when, as the end of a sentence
 */
public record SuppressedTrigger(RetrainTrigger trigger, Reason reason, String detail) {
  /** What prevents the training. */
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

  /** Sources and incidents of the trigger, to distinguish it from others of its kind. */
  String subject() {
    return trigger.sources() + " " + trigger.incidents();
  }

  /** Trigger and reason in one sentence. */
  public String sentence() {
    return "no training although %s: %s".formatted(trigger.reason(), detail);
  }
}
