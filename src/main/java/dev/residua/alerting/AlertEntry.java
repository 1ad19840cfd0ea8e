package dev.residua.alerting;

import dev.residua.incident.Incident;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * An incident that someone has to be told of, and what each receiver knows. Immutable.
 *
 * @param incident as it stands
 * @param revision offset of its record
 * @param since when this process heard of it first, or again after it was over
 * @param changedAt when its record was written
 * @param only the one receiver that is told, for what concerns no other
 * @param told by receiver; those that are missing know nothing
 */
public record AlertEntry(
    Incident incident,
    long revision,
    Instant since,
    Instant changedAt,
    Optional<String> only,
    Map<String, NotifiedState> told) {
  public AlertEntry {
    told = Map.copyOf(told);
  }

  /** What a receiver knows. */
  public NotifiedState told(String receiver) {
    return told.getOrDefault(receiver, NotifiedState.NOTHING);
  }

  /** The same when a receiver knows something else. */
  AlertEntry with(String receiver, NotifiedState now) {
    Map<String, NotifiedState> next = new TreeMap<>(told);
    next.put(receiver, now);
    return new AlertEntry(incident, revision, since, changedAt, only, next);
  }

  /** The same incident as a later record says. */
  AlertEntry next(Incident changed, long offset, Instant at) {
    boolean again = changed.open() && (!incident.open() || changed.flaps() != incident.flaps());
    return new AlertEntry(changed, offset, again ? at : since, at, only, told);
  }
}
