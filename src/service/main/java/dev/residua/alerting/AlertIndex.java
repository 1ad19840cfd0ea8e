package dev.residua.alerting;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.incident.Incident;
import dev.residua.wire.BoundedMap;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Index of the groups and the escalated alerts on the topic of alerts, at most 1,000. Not
 * thread-safe.
 */
public final class AlertIndex {
  private static final int MAX_ALERTS = 1_000;
  private static final String KEYS = AlertStateJson.key("");

  private final Map<String, AlertEntry> alerts = BoundedMap.ofLatest(MAX_ALERTS);

  /**
   * A group of incidents that receivers are notified of.
   *
   * @param incident the group as one incident
   * @param group its members
   */
  public record StoredGroup(Incident incident, Group group) {
    /** The sources of its members, except for those that are only counted. */
    public Stream<String> sources() {
      return group.children().stream().map(Child::source);
    }
  }

  /**
   * Applies a record of the topic of alerts.
   *
   * @param value null if receivers were notified of the end of the alert
   * @throws IllegalArgumentException if the record is damaged or of a later version
   */
  public void apply(String key, byte @Nullable [] value) {
    if (!key.startsWith(KEYS)) {
      return;
    }
    alerts.remove(key);
    if (value != null) {
      AlertEntry entry = AlertStateJson.entry(value);
      if (entry.grouping() instanceof Group || !entry.escalation().to().isEmpty()) {
        alerts.put(key, entry);
      }
    }
  }

  private Stream<AlertEntry> of(String incidentId) {
    return alerts.values().stream()
        .filter(
            entry ->
                entry.grouping() instanceof Group group
                    ? group.children().stream().anyMatch(one -> one.incident().equals(incidentId))
                    : entry.incident().id().equals(incidentId));
  }

  /** Returns the group that an incident belongs to. */
  public Optional<StoredGroup> group(String incidentId) {
    return of(incidentId)
        .filter(entry -> entry.grouping() instanceof Group)
        .findFirst()
        .map(entry -> new StoredGroup(entry.incident(), (Group) entry.grouping()));
  }

  /** Returns when an incident or its group was escalated, by receiver. */
  public Map<String, Instant> escalations(String incidentId) {
    return of(incidentId)
        .map(entry -> entry.escalation().to())
        .filter(to -> !to.isEmpty())
        .findFirst()
        .orElse(Map.of());
  }
}
