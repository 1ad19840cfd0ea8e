package dev.residua.feedback;

import dev.residua.frame.SceneName;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.source.SourceRule;
import java.time.Instant;
import java.util.Optional;

/**
 * An incident with its alarms and reviews.
 *
 * @param incident its last state
 * @param alarms alarms of it and of those that it follows
 * @param verdict the last one; empty while nobody has given one
 */
public record ReviewedIncident(
    Incident incident, IncidentAlarms alarms, Optional<Verdict> verdict) {
  /**
   * Review of a person.
   *
   * @param trueAlarm whether it was worth an alarm
   * @param at when it was said
   */
  public record Verdict(boolean trueAlarm, Instant at) {
    /** The later one of two. */
    Verdict later(Verdict other) {
      return other.at.isBefore(at) ? this : other;
    }
  }

  /** Source of its frames. */
  public String source() {
    return incident.source();
  }

  /** Its subject. */
  public Subject subject() {
    return incident.subject();
  }

  /** Scene of its source when it opened. */
  public String scene() {
    return incident.labels().getOrDefault(SourceRule.SCENE, SceneName.DEFAULT);
  }

  /** Returns true if a person called it a false alarm. */
  public boolean isFalse() {
    return verdict.isPresent() && !verdict.get().trueAlarm();
  }

  /** Returns true if a person called it a true alarm. */
  public boolean isTrue() {
    return verdict.isPresent() && verdict.get().trueAlarm();
  }
}
