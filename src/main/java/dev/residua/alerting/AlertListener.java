package dev.residua.alerting;

import java.util.Locale;

/** Is told how alerting goes. Called on the loop's thread. */
public interface AlertListener {
  /** Hears nothing. */
  AlertListener NONE = new AlertListener() {};

  /** What became of a notice. */
  enum Result {
    /** The receiver has it. */
    ACCEPTED,
    /** It was not taken and will be sent again. */
    RETRIED,
    /** The receiver refused it for good. */
    REFUSED,
    /** It was not taken for so long that it was given up. */
    GIVEN_UP;

    /** As a label of metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** A notice has been sent, or given up. */
  default void sent(String receiver, Result result) {}

  /** How long a batch of notices took, in nanoseconds. */
  default void took(String receiver, long nanos) {}

  /**
   * How many incidents a receiver has not been told of as they stand.
   *
   * @param heldBack those of them that wait for its limit
   */
  default void waiting(String receiver, int waiting, int heldBack) {}

  /**
   * Whether a receiver takes anything.
   *
   * @param problem what it says; empty while it does
   */
  default void reachable(String receiver, String problem) {}
}
