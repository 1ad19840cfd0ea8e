package dev.residua.incident;

import dev.residua.causal.Finding;
import dev.residua.causal.Summary;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Current state of a group of incidents: those of several sources with the same subject and a
 * common label, of which receivers are notified at once.
 *
 * @param groupId identity; never used for another group
 * @param revision counts the states of the group from 0
 * @param label name of the common label
 * @param value value of the common label
 * @param subject the common subject
 * @param state {@code RESOLVED} after all incidents are over
 * @param severity highest severity that one of the incidents has had
 * @param summary the problem for people
 * @param openedAt capture time at which the first incident opened
 * @param updatedAt capture time of the last change of an incident
 * @param endedAt capture time at which the last incident was over; null while one is open
 * @param incidents number of incidents that have joined, at least that of {@code children}
 * @param children the first {@link #MAX_CHILDREN} of them, in the order in which they joined
 */
public record IncidentGroup(
    String groupId,
    long revision,
    String label,
    String value,
    Subject subject,
    Incident.State state,
    Finding.Severity severity,
    Summary summary,
    Instant openedAt,
    Instant updatedAt,
    @Nullable Instant endedAt,
    int incidents,
    List<GroupedIncident> children) {
  /** Max number of incidents that are kept by name; further ones are only counted. */
  public static final int MAX_CHILDREN = 200;

  public IncidentGroup {
    if (state.open() != (endedAt == null)) {
      throw new IllegalArgumentException(
          "group %s is %s but its end is %s".formatted(groupId, state, endedAt));
    }
    if (children.size() > Math.min(incidents, MAX_CHILDREN)) {
      throw new IllegalArgumentException(
          "group %s names %d of %d incidents, expected at most %d"
              .formatted(groupId, children.size(), incidents, Math.min(incidents, MAX_CHILDREN)));
    }
    children = List.copyOf(children);
  }
}
