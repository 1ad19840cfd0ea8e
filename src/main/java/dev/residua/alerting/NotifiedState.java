package dev.residua.alerting;

import dev.residua.causal.Finding.Severity;
import java.time.Instant;

/**
 * What a receiver was last notified of about an incident.
 *
 * @param stage how far it is
 * @param revision offset of the incident's record that was delivered; -1 for nothing
 * @param severity that was delivered
 * @param kind that was delivered
 * @param flaps how often the incident had come back by then
 * @param at when the stage was delivered first
 * @param acknowledged whether it knows that someone looks at it
 */
public record NotifiedState(
    Stage stage,
    long revision,
    Severity severity,
    String kind,
    int flaps,
    Instant at,
    boolean acknowledged) {
  /** Nothing yet. */
  public static final NotifiedState NOTHING =
      new NotifiedState(Stage.NOTHING, -1, Severity.INFO, "", 0, Instant.EPOCH, false);

  /** How far a receiver is with an incident. */
  public enum Stage {
    /** It does not know of it. */
    NOTHING,
    /** It takes it for open. */
    FIRING,
    /** It knows that it is over. */
    RESOLVED
  }
}
