package dev.residua.alerting;

import dev.residua.incident.Incident;
import dev.residua.incident.IncidentBuilder;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An incident with the state of which each receiver was notified. Immutable.
 *
 * @param alertId identity of the alert for receivers: the id of its first incident, also when
 *     another one has followed it under a corrected diagnosis
 * @param incident current state of the incident
 * @param revision offset of its record
 * @param since when this process read it first, or again after it had reopened
 * @param changedAt when its record was written
 * @param only the only receiver that is notified, if there is just one
 * @param notified state by receiver; receivers without one were not notified
 * @param grouping whether receivers are notified of it on its own
 * @param opening the record with which the incident opened last; null if it was not read
 * @param escalation to further receivers
 */
public record AlertEntry(
    String alertId,
    Incident incident,
    long revision,
    Instant since,
    Instant changedAt,
    Optional<String> only,
    Map<String, NotifiedState> notified,
    Grouping grouping,
    @Nullable Opening opening,
    Escalation escalation) {
  /**
   * The record with which an incident opened.
   *
   * @param state the open state that it has
   * @param at its {@link Incident#updatedAt}
   * @param sequence its {@link Incident#updatedSequence}
   */
  public record Opening(Incident.State state, Instant at, long sequence) {
    public Opening {
      if (!state.open()) {
        throw new IllegalArgumentException("an incident does not open with the state " + state);
      }
    }

    /** The opening by a record; null if the record does not open anything. */
    static @Nullable Opening of(Incident incident) {
      return incident.open()
          ? new Opening(incident.state(), incident.updatedAt(), incident.updatedSequence())
          : null;
    }
  }

  public AlertEntry {
    notified = Map.copyOf(notified);
  }

  /** An entry outside of groups, whose incident opened with its current record. */
  public AlertEntry(
      String alertId,
      Incident incident,
      long revision,
      Instant since,
      Instant changedAt,
      Optional<String> only,
      Map<String, NotifiedState> notified) {
    this(
        alertId,
        incident,
        revision,
        since,
        changedAt,
        only,
        notified,
        Grouping.ALONE,
        Opening.of(incident),
        Escalation.NONE);
  }

  /** The state of a receiver. */
  public NotifiedState notified(String receiver) {
    return notified.getOrDefault(receiver, NotifiedState.NOTHING);
  }

  AlertEntry with(String receiver, NotifiedState now) {
    Map<String, NotifiedState> next = new TreeMap<>(notified);
    next.put(receiver, now);
    return new AlertEntry(
        alertId, incident, revision, since, changedAt, only, next, grouping, opening, escalation);
  }

  AlertEntry with(Grouping next) {
    return new AlertEntry(
        alertId, incident, revision, since, changedAt, only, notified, next, opening, escalation);
  }

  AlertEntry with(Escalation next) {
    return new AlertEntry(
        alertId, incident, revision, since, changedAt, only, notified, grouping, opening, next);
  }

  /** Returns true if a later record of the incident opens it again. */
  boolean isReopenedBy(Incident changed) {
    return changed.id().equals(incident.id())
        && changed.open()
        && (!incident.open() || changed.flaps() != incident.flaps());
  }

  /** The entry as it was when its incident opened, with the diagnosis of today. */
  AlertEntry opened() {
    if (incident.open()) {
      return this;
    }
    Opening first =
        opening == null
            ? new Opening(Incident.State.OPENED, incident.openedAt(), incident.openedSequence())
            : opening;
    Incident open =
        IncidentBuilder.builder(incident)
            .state(first.state())
            .reason(null)
            .mergedInto(null)
            .endedAt(null)
            .updatedAt(first.at())
            .updatedSequence(first.sequence())
            .build();
    return new AlertEntry(
        alertId, open, revision, since, changedAt, only, notified, grouping, opening, escalation);
  }

  /** Number of incidents if it is a group, otherwise 0. */
  int members() {
    return grouping instanceof Grouping.Group ? (int) incident.events() : 0;
  }

  /** The entry after a later record of the incident, or of the one that follows it. */
  AlertEntry next(Incident changed, long offset, Instant at) {
    boolean opens = isReopenedBy(changed);
    return new AlertEntry(
        alertId,
        changed,
        offset,
        opens ? at : since,
        at,
        only,
        notified,
        grouping,
        opens || !changed.id().equals(incident.id()) ? Opening.of(changed) : opening,
        opens ? Escalation.NONE : escalation);
  }
}
