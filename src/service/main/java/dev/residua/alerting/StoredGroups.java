package dev.residua.alerting;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.incident.Incident;
import dev.residua.wire.BoundedMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Index of the groups of incidents on the topic of alerts, at most 1,000. Not thread-safe. */
public final class StoredGroups {
  private static final int MAX_GROUPS = 1_000;
  private static final String KEYS = AlertStateJson.key(Grouping.GROUP_PREFIX);

  private final Map<String, StoredGroup> groups = BoundedMap.ofLatest(MAX_GROUPS);

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

    boolean contains(String incidentId) {
      return group.children().stream().anyMatch(child -> child.incident().equals(incidentId));
    }
  }

  /**
   * Applies a record of the topic of alerts; those of single incidents change nothing.
   *
   * @param value null if receivers were notified of the end of the group
   * @throws IllegalArgumentException if the record is damaged or of a later version
   */
  public void apply(String key, byte @Nullable [] value) {
    if (!key.startsWith(KEYS)) {
      return;
    }
    groups.remove(key);
    if (value != null) {
      AlertEntry entry = AlertStateJson.entry(value);
      if (entry.grouping() instanceof Group group) {
        groups.put(key, new StoredGroup(entry.incident(), group));
      }
    }
  }

  /** Returns the group that an incident belongs to. */
  public Optional<StoredGroup> of(String incidentId) {
    return groups.values().stream().filter(group -> group.contains(incidentId)).findFirst();
  }
}
