package dev.residua.alerting;

import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.causal.Finding.Cause;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Words and lengths that protocols share. */
final class AlertText {
  private static final String MORE = "...";

  /** Max number of incidents of a group that are listed. */
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

  /** The incident in one line, with its source; the sentence of a group names its sources. */
  static String headline(AlertEntry entry) {
    Incident incident = entry.incident();
    return entry.grouping() instanceof Group
        ? incident.sentence()
        : incident.source() + ": " + incident.sentence();
  }

  static List<Child> shown(Group group) {
    return group.children().stream()
        .sorted(Comparator.comparing(child -> !child.open()))
        .limit(MAX_CHILDREN)
        .toList();
  }

  /** Sources of an alert: that of an incident, or the listed ones of a group. */
  static String sources(AlertEntry entry) {
    if (!(entry.grouping() instanceof Group group)) {
      return entry.incident().source();
    }
    List<String> names = shown(group).stream().map(Child::source).distinct().toList();
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
