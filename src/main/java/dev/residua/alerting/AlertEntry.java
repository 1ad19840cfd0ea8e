package dev.residua.alerting;

import dev.residua.incident.Incident;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An incident that receivers have to be notified of, and what each was notified of. Immutable.
 *
 * @param alertId identity of the alert for receivers: the id of its first incident, also when
 *     another one has followed it under a corrected diagnosis
 * @param incident current state of the incident
 * @param revision offset of its record
 * @param since when this process read it first, or again after it had reopened
 * @param changedAt when its record was written
 * @param only the only receiver that is notified, if there is just one
 * @param notified state by receiver; receivers without one were not notified
 */
public record AlertEntry(
    String alertId,
    Incident incident,
    long revision,
    Instant since,
    Instant changedAt,
    Optional<String> only,
    Map<String, NotifiedState> notified) {
  public AlertEntry {
    notified = Map.copyOf(notified);
  }

  /** The state of a receiver. */
  public NotifiedState notified(String receiver) {
    return notified.getOrDefault(receiver, NotifiedState.NOTHING);
  }

  /** The entry with another state of a receiver. */
  AlertEntry with(String receiver, NotifiedState now) {
    Map<String, NotifiedState> next = new TreeMap<>(notified);
    next.put(receiver, now);
    return new AlertEntry(alertId, incident, revision, since, changedAt, only, next);
  }

  /** The entry after a later record of the incident, or of the one that follows it. */
  AlertEntry next(Incident changed, long offset, Instant at) {
    boolean again =
        changed.id().equals(incident.id())
            && changed.open()
            && (!incident.open() || changed.flaps() != incident.flaps());
    return new AlertEntry(alertId, changed, offset, again ? at : since, at, only, notified);
  }
}
