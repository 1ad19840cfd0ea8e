package dev.residua.alerting;

import dev.residua.causal.Finding.Severity;
import java.time.Instant;

/**
 * The state of an incident that a receiver was last notified of.
 *
 * @param stage of the receiver
 * @param revision offset of the incident's record that was delivered; -1 for nothing
 * @param severity that was delivered
 * @param kind that was delivered
 * @param subject that was delivered
 * @param flaps how often the incident had reopened by then
 * @param at when the stage was delivered first
 * @param acknowledged whether it was notified of an acknowledgement
 * @param members number of incidents of a group that was delivered; 0 for a single incident
 */
public record NotifiedState(
    Stage stage,
    long revision,
    Severity severity,
    String kind,
    String subject,
    int flaps,
    Instant at,
    boolean acknowledged,
    int members) {
  /** Nothing yet. */
  public static final NotifiedState NOTHING =
      new NotifiedState(Stage.NOTHING, -1, Severity.INFO, "", "", 0, Instant.EPOCH, false, 0);

  /** Stages of a receiver with an incident. */
  public enum Stage {
    /** It was not notified. */
    NOTHING,
    /** It was notified that it is open. */
    FIRING,
    /** It was notified that it is resolved. */
    RESOLVED
  }
}
