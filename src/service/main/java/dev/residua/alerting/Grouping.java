package dev.residua.alerting;

import dev.residua.incident.Incident;
import dev.residua.incident.IncidentGroup;
import dev.residua.incident.Subject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Relation of an incident to a group of incidents. */
public sealed interface Grouping {
  /** The end of a group's identity. */
  Pattern NUMBERED = Pattern.compile(".+\\.\\d+");

  /** Start of the identity of a group; its first alert and numbers follow. */
  String GROUP_PREFIX = "group.";

  /**
   * The identities that the first incident of an alert may have, given that of the alert, the
   * longest first.
   */
  static List<String> possibleIncidents(String alertId) {
    List<String> ids = new ArrayList<>(List.of(alertId));
    if (alertId.startsWith(GROUP_PREFIX)) {
      String first = alertId.substring(GROUP_PREFIX.length());
      for (int i = 0; i < 2 && NUMBERED.matcher(first).matches(); i++) {
        first = first.substring(0, first.lastIndexOf('.'));
        ids.add(first);
      }
    }
    return List.copyOf(ids);
  }

  /** On its own. */
  Grouping ALONE = new Alone();

  /** Receivers are notified of it on its own. */
  record Alone() implements Grouping {}

  /**
   * It waits for others with the same subject.
   *
   * @param until when it stops waiting
   */
  record Waiting(Instant until) implements Grouping {}

  /**
   * Receivers are notified of its group, and not of it.
   *
   * @param group alert id of the group
   */
  record Member(String group) implements Grouping {}

  /**
   * One incident of a group.
   *
   * @param alertId identity of its alert
   * @param incident id of the incident
   * @param source of the incident
   * @param subject of the incident
   * @param open whether it is not over
   */
  record Child(String alertId, String incident, String source, Subject subject, boolean open) {
    static Child of(AlertEntry entry) {
      Incident incident = entry.incident();
      return new Child(
          entry.alertId(), incident.id(), incident.source(), incident.subject(), incident.open());
    }
  }

  /**
   * The group itself: incidents of several sources with the same subject and a common label.
   *
   * @param label name of the label
   * @param value value of the label
   * @param children the first {@link #MAX_CHILDREN}, in the order in which they joined
   * @param more number of those that joined later
   * @param joinedAt when the last one joined
   * @param receivers names of the receivers to which any of them is routed
   */
  record Group(
      String label,
      String value,
      List<Child> children,
      int more,
      Instant joinedAt,
      Set<String> receivers)
      implements Grouping {
    /** Max number of incidents that are kept by name; further ones are only counted. */
    public static final int MAX_CHILDREN = IncidentGroup.MAX_CHILDREN;

    public Group {
      if (children.size() > MAX_CHILDREN || more < 0) {
        throw new IllegalArgumentException(
            "a group has %d children and %d more, expected at most %d and at least 0"
                .formatted(children.size(), more, MAX_CHILDREN));
      }
      children = List.copyOf(children);
      receivers = Collections.unmodifiableSortedSet(new TreeSet<>(receivers));
    }

    /** Common name of its sources, such as {@code lamp 3}. */
    String name() {
      return label + " " + value;
    }

    /** Number of incidents that have joined. */
    public int size() {
      return children.size() + more;
    }

    /** Number of their sources; beyond {@link #MAX_CHILDREN} a source may count twice. */
    int sources() {
      return (int) children.stream().map(Child::source).distinct().count() + more;
    }

    /** The group after an incident has joined. */
    Group joined(Child child, Set<String> routed, Instant at) {
      boolean full = children.size() == MAX_CHILDREN;
      List<Child> next = new ArrayList<>(children);
      if (!full) {
        next.add(child);
      }
      return new Group(label, value, next, full ? more + 1 : more, at, with(routed));
    }

    /** The group after one of its incidents has changed. */
    Group changed(Child child, Set<String> routed) {
      List<Child> next =
          children.stream()
              .map(one -> one.alertId().equals(child.alertId()) ? child : one)
              .toList();
      return new Group(label, value, next, more, joinedAt, with(routed));
    }

    private Set<String> with(Set<String> routed) {
      Set<String> all = new TreeSet<>(receivers);
      all.addAll(routed);
      return all;
    }
  }
}
