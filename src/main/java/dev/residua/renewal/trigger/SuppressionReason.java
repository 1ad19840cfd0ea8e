package dev.residua.renewal.trigger;

/**
 * A reason to train that does not lead to a training now.
 *
 * @param trigger what would have been
 * @param why what stands against it
 * @param detail since when or until when, as the end of a sentence
 */
public record SuppressionReason(RetrainTrigger trigger, Why why, String detail) {
  /** What stands against a training. */
  public enum Why {
    /** Another one is asked for or running. */
    RUNNING,
    /** The last one ended a short time ago. */
    COOLDOWN,
    /** There were as many in the period as there may be. */
    BUDGET,
    /** An incident of a kind that is not learnt is open at the same source. */
    FAULT,
    /** An incident is open at the same source that counts by itself once it has lasted. */
    DRIFT
  }

  /** Sources and incidents that it is about, to tell it from others of its kind. */
  String subject() {
    return trigger.sources() + " " + trigger.incidents();
  }

  /** Trigger and obstacle in one sentence. */
  public String sentence() {
    return "no training although %s: %s".formatted(trigger.reason(), detail);
  }
}
