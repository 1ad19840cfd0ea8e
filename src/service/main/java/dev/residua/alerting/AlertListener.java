package dev.residua.alerting;

import java.util.List;
import java.util.Locale;

/** Observes alerting. Called on the loop's thread. */
public interface AlertListener {
  /** Ignores everything. */
  AlertListener NONE = new AlertListener() {};

  /** Outcome of a delivery. */
  enum Result {
    /** The receiver has it. */
    ACCEPTED,
    /** It was not accepted and will be sent again. */
    RETRIED,
    /** The receiver refused it for good. */
    REFUSED,
    /** It was not accepted for so long that it was given up. */
    GIVEN_UP;

    static Result of(DeliveryResult result) {
      if (result instanceof DeliveryResult.Accepted) {
        return ACCEPTED;
      }
      return result instanceof DeliveryResult.Refused ? REFUSED : RETRIED;
    }

    /** As a label of metrics. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Way in which receivers are notified of an incident. */
  enum Outcome {
    /** On its own, without a wait. */
    AT_ONCE,
    /** On its own, after it waited for others. */
    ALONE,
    /** As part of a group. */
    GROUPED,
    /** As part of another incident, which it became while it waited. */
    MERGED
  }

  /** The loop made progress, be it an attempt that failed. */
  default void progressed() {}

  /** The settings have changed to these receivers. */
  default void receivers(List<String> names) {}

  /** Receivers are notified of this many incidents in this way. */
  default void decided(Outcome outcome, int incidents) {}

  /** A notification has been sent, or given up. */
  default void sent(String receiver, Result result) {}

  /** Duration of a batch of notifications, in nanoseconds. */
  default void latency(String receiver, long nanos) {}

  /**
   * Number of incidents whose current state was not delivered to a receiver.
   *
   * @param limited those of them that wait for its limit
   */
  default void waiting(String receiver, int waiting, int limited) {}

  /**
   * A receiver accepts requests, or does not.
   *
   * @param problem its answer; empty if it accepts them
   */
  default void reachable(String receiver, String problem) {}
}
