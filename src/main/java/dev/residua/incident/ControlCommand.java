package dev.residua.incident;

import java.time.Instant;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What an operator says. Every command names who gives it and why, and stays on the control topic
 * as its own audit trail.
 */
public sealed interface ControlCommand {
  /** Common part of every command. */
  Order order();

  /**
   * Who says it, about what, and why.
   *
   * @param id identity; a later command with the same id replaces it
   * @param sources regular expression that the whole source name must match
   * @param by who says so, not empty
   * @param reason why, not empty
   * @param at when it was said
   */
  record Order(String id, String sources, String by, String reason, Instant at) {
    public Order {
      if (id.isBlank()) {
        throw new IllegalArgumentException("a control command needs an id");
      }
      if (by.isBlank() || reason.isBlank()) {
        throw new IllegalArgumentException(
            "control command %s must say who gives it and why but has by='%s', reason='%s'"
                .formatted(id, by, reason));
      }
      try {
        Pattern.compile(sources);
      } catch (PatternSyntaxException e) {
        throw new IllegalArgumentException(
            "sources '%s' of control command %s is no regular expression: %s"
                .formatted(sources, id, e.getDescription()),
            e);
      }
    }
  }

  /**
   * From one capture time to another.
   *
   * @param from first moment
   * @param until moment after the last, later than {@code from}
   */
  record Period(Instant from, Instant until) {
    public Period {
      if (!from.isBefore(until)) {
        throw new IllegalArgumentException(
            "a period must end after it begins but was %s to %s".formatted(from, until));
      }
    }

    /** Whether a capture time is inside. */
    public boolean contains(Instant time) {
      return !time.isBefore(from) && time.isBefore(until);
    }
  }

  /** No incident opens in this period; one that is on after its end opens then. */
  record Maintenance(Order order, Period period) implements ControlCommand {}

  /**
   * Someone will change a mechanism in this period: a change that is localised at it is reported as
   * announced and opens no incident.
   *
   * @param latent the latent whose mechanism is changed
   */
  record Announcement(Order order, Period period, String latent) implements ControlCommand {}

  /**
   * Changes of a latent's mean up to a margin are no incident.
   *
   * @param latent the latent
   * @param margin largest mean shift of its residual that is let pass, in standard deviations,
   *     above 0
   */
  record Suppression(Order order, String latent, double margin) implements ControlCommand {
    public Suppression {
      if (!(margin > 0 && Double.isFinite(margin))) {
        throw new IllegalArgumentException(
            "margin of suppression %s must be above 0 standard deviations but was %s"
                .formatted(order.id(), margin));
      }
    }
  }

  /**
   * The mean residuals of the last frames of these sources are normal from now on: the detectors
   * start anew around them, and an open incident is resolved. Their mean has an error of its own
   * (0.09 standard deviations for 128 independent frames), which a detector with a memory may find
   * after a thousand frames: say it again then.
   */
  record AcceptNormal(Order order) implements ControlCommand {}

  /**
   * Whether an incident was worth an alarm. Changes nothing; it is counted.
   *
   * @param incidentId the incident
   * @param verdict what it was
   */
  record Feedback(Order order, String incidentId, FeedbackVerdict verdict)
      implements ControlCommand {}

  /** What an operator found out about an incident. */
  enum FeedbackVerdict {
    TRUE_ALARM,
    FALSE_ALARM
  }
}
