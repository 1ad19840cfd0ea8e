package dev.residua.alerting;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.causal.Finding.Cause;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Words and lengths that protocols share. */
final class AlertText {
  private static final String MORE = "...";
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  /** Max number of incidents of a group that are listed for people. */
  static final int MAX_CHILDREN = 18;

  private AlertText() {}

  /** Shortens a text to a number of characters and marks the cut. */
  static String cut(String text, int max) {
    if (text.length() <= max) {
      return text;
    }
    int end = max - MORE.length();
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + MORE;
  }

  /** Returns the headline with the source; the headline of a group has its sources. */
  static String title(AlertEntry entry) {
    Incident incident = entry.incident();
    String headline = incident.summary().headline();
    return entry.grouping() instanceof Group
        ? headline
        : "%s (%s)".formatted(headline, incident.source());
  }

  /** Returns the explanation as a sentence with a capital letter and a full stop. */
  static String explanation(Incident incident) {
    String text = incident.summary().explanation();
    return text.substring(0, 1).toUpperCase(Locale.ROOT)
        + text.substring(1)
        + (text.endsWith(".") ? "" : ".");
  }

  /** Returns the begin of the change, with its frame on Kafka if that is known. */
  static Optional<String> changed(Incident incident) {
    return Optional.ofNullable(incident.changePoint())
        .map(
            change ->
                time(change.at())
                    + (change.position() == null ? "" : ", frame " + change.position()));
  }

  /** Returns the receivers to which an alert was escalated, with the times; empty for none. */
  static Optional<String> escalated(AlertEntry entry) {
    return entry.escalation().to().entrySet().stream()
        .map(to -> "%s, %s".formatted(to.getKey(), time(to.getValue())))
        .reduce((one, other) -> one + "; " + other);
  }

  /** Returns the facts of an alert by title, for receivers that show a list of them. */
  static Map<String, String> fields(AlertEntry entry) {
    Incident incident = entry.incident();
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put(entry.grouping() instanceof Group ? "Sources" : "Source", sources(entry));
    fields.put("Severity", severity(incident.severity()));
    fields.put("Since", time(incident.openedAt()));
    Instant end = incident.endedAt();
    if (end != null) {
      fields.put("Until", time(end));
    }
    if (incident.open()) {
      fields.put("Advice", incident.subject().advice());
    }
    changed(incident).ifPresent(change -> fields.put("Changed", change));
    escalated(entry).ifPresent(to -> fields.put("Escalated to", to));
    String causes = causes(incident.causes());
    if (!causes.isEmpty()) {
      fields.put("Causes", causes);
    }
    String threshold = incident.threshold();
    if (threshold != null) {
      fields.put("Threshold", threshold);
    }
    fields.put("Subject", incident.subject().toString());
    fields.put("Kind", incident.kind());
    return fields;
  }

  /** Returns the state in a word or two. */
  static String word(Incident incident) {
    return switch (incident.state()) {
      case OPENED ->
          incident.follows() != null ? "rediagnosed" : incident.flaps() > 0 ? "back" : "opened";
      case UPDATED -> "more is known";
      case ESCALATED -> "worse";
      case FLAPPING -> "comes and goes";
      case SUSPENDED -> "suspended";
      case RESOLVED -> "resolved";
      case CLOSED -> "closed";
    };
  }

  /**
   * Returns the sentence about an acknowledgement.
   *
   * @param unknown subject of the sentence if the person is not known
   */
  static String acknowledgement(Notification notification, String unknown) {
    return "%s looks after it: %s"
        .formatted(notification.acknowledgedBy().orElse(unknown), title(notification.entry()));
  }

  /** Returns a text in one line, without control characters. */
  static String oneLine(String text) {
    return text.strip().replaceAll("[\\p{Cntrl}\\s\\x{85}\\x{2028}\\x{2029}]+", " ");
  }

  private static String time(Instant time) {
    return SECONDS.format(time) + " UTC";
  }

  /** Returns incidents of a group, the open ones first. */
  static List<Child> listed(Group group, int max) {
    return group.children().stream()
        .sorted(Comparator.comparing(child -> !child.open()))
        .limit(max)
        .toList();
  }

  /** Sources of an alert: that of an incident, or the listed ones of a group. */
  static String sources(AlertEntry entry) {
    if (!(entry.grouping() instanceof Group group)) {
      return entry.incident().source();
    }
    List<String> names =
        listed(group, MAX_CHILDREN).stream().map(Child::source).distinct().toList();
    int more = group.sources() - names.size();
    return String.join(", ", names) + (more > 0 ? " and %d more".formatted(more) : "");
  }

  static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  static String severity(Severity severity) {
    return lower(severity);
  }

  /** The causes, most likely first; empty if there is none. */
  static String causes(List<Cause> causes) {
    return causes.stream()
        .map(
            cause ->
                "%s (%.0f %%)%s"
                    .formatted(
                        cause.latent(),
                        100 * cause.share(),
                        cause.parents().isEmpty()
                            ? ""
                            : " given " + String.join(", ", cause.parents())))
        .collect(Collectors.joining("; "));
  }
}
