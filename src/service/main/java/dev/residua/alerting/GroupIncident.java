package dev.residua.alerting;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.incident.GroupedIncident;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.IncidentGroup;
import dev.residua.incident.Subject;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A group of incidents as one incident, which receivers are notified of. Pure. */
final class GroupIncident {
  /** Start of the kinds of these incidents; the kind of the subject follows. */
  static final String KIND = "GROUP.";

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY_AND_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

  private GroupIncident() {}

  /**
   * The incident of a group.
   *
   * @param id its identity
   * @param before its state so far; null for a new group
   * @param known incidents of the group that are open, and of a new group all
   * @param revision counts the states of the group
   */
  static Incident of(
      String id,
      Group group,
      @Nullable Incident before,
      Collection<Incident> known,
      long revision) {
    List<Incident> open = known.stream().filter(Incident::open).toList();
    Severity severity =
        Stream.concat(
                known.stream().map(Incident::severity),
                Stream.ofNullable(before).map(Incident::severity))
            .max(Severity::compareTo)
            .orElse(Severity.WARNING);
    Subject subject =
        before != null && !before.subject().equals(Subject.UNDETERMINED)
            ? before.subject()
            : IncidentGrouping.subject(group.children().stream().map(Child::subject).toList());
    Instant openedAt =
        before != null
            ? before.openedAt()
            : known.stream().map(Incident::openedAt).min(Instant::compareTo).orElse(Instant.EPOCH);
    Instant updatedAt =
        Stream.concat(
                known.stream().map(Incident::updatedAt),
                Stream.of(before == null ? openedAt : before.updatedAt()))
            .max(Instant::compareTo)
            .orElse(openedAt);
    boolean back = before != null && !before.open() && !open.isEmpty();
    return new Incident(
        id,
        group.name(),
        subject,
        state(before, open, severity),
        null,
        severity,
        KIND + subject.kind(),
        summary(group, subject, open, openedAt, updatedAt),
        null,
        List.of(),
        null,
        null,
        openedAt,
        updatedAt,
        open.isEmpty() ? updatedAt : null,
        0,
        revision,
        group.size(),
        (before == null ? 0 : before.flaps()) + (back ? 1 : 0),
        null,
        null,
        common(Incident::modelId, before, known),
        common(Incident::modelDigest, before, known),
        null,
        before == null ? commonLabels(known) : before.labels());
  }

  /** The state of a group for consumers of its topic. */
  static IncidentGroup published(AlertEntry entry, Group group) {
    Incident incident = entry.incident();
    return new IncidentGroup(
        entry.alertId(),
        entry.revision(),
        group.label(),
        group.value(),
        incident.subject(),
        incident.state(),
        incident.severity(),
        incident.summary(),
        incident.openedAt(),
        incident.updatedAt(),
        incident.endedAt(),
        group.size(),
        group.children().stream()
            .map(
                child ->
                    new GroupedIncident(
                        child.incident(), child.source(), child.subject(), child.open()))
            .toList());
  }

  private static State state(@Nullable Incident before, List<Incident> open, Severity severity) {
    if (open.isEmpty()) {
      return State.RESOLVED;
    }
    if (open.stream().allMatch(incident -> incident.state() == State.SUSPENDED)) {
      return State.SUSPENDED;
    }
    if (before == null || !before.open()) {
      return State.OPENED;
    }
    return severity.compareTo(before.severity()) > 0 ? State.ESCALATED : State.UPDATED;
  }

  /** Returns a value that all incidents have in common, or an empty text. */
  private static String common(
      Function<Incident, String> value, @Nullable Incident before, Collection<Incident> known) {
    if (before != null) {
      return value.apply(before);
    }
    List<String> values = known.stream().map(value).distinct().toList();
    return values.size() == 1 ? values.get(0) : "";
  }

  private static Map<String, String> commonLabels(Collection<Incident> known) {
    Map<String, String> common = new TreeMap<>();
    known.stream().limit(1).forEach(first -> common.putAll(first.labels()));
    known.forEach(incident -> common.entrySet().retainAll(incident.labels().entrySet()));
    return common;
  }

  private static Summary summary(
      Group group, Subject subject, List<Incident> open, Instant from, Instant to) {
    int all = group.sources();
    long left = open.stream().map(Incident::source).distinct().count();
    return Summary.of(
        explanation(group, subject, open, from, to),
        "%s: " + (left > 0 && left < all ? left + " of " : "") + all + " sources of %s",
        what(subject),
        group.name());
  }

  private static String explanation(
      Group group, Subject subject, List<Incident> open, Instant from, Instant to) {
    DateTimeFormatter format =
        from.atZone(ZoneOffset.UTC).toLocalDate().equals(to.atZone(ZoneOffset.UTC).toLocalDate())
            ? TIME
            : DAY_AND_TIME;
    int all = group.sources();
    long left = open.stream().map(Incident::source).distinct().count();
    if (left == 0) {
      return "%d sources of %s had the same incident from %s to %s UTC: %s"
          .formatted(all, group.name(), format.format(from), format.format(to), what(subject));
    }
    return left < all
        ? "%d of %d sources of %s still have the same incident since %s UTC: %s"
            .formatted(left, all, group.name(), format.format(from), what(subject))
        : "%d sources of %s have the same incident since %s UTC: %s"
            .formatted(all, group.name(), format.format(from), what(subject));
  }

  private static String what(Subject subject) {
    String name = subject.spoken();
    return switch (subject.kind()) {
      case MECHANISM -> name + " no longer follows its causes";
      case ROOT -> name + " has left its usual range";
      case PICTURE -> "the picture has changed";
      case SENSOR ->
          subject.equals(Subject.VARIABLE_MISSING)
              ? "frames lack a variable of the model"
              : subject.equals(Subject.UNREADABLE)
                  ? "the picture does not show all latents"
                  : "the camera has a fault (%s)".formatted(name);
      case SILENCE -> "no frames arrive";
      case UNDETERMINED -> "something has changed and is not diagnosed yet";
    };
  }
}
