package dev.residua.alerting;

import dev.residua.causal.Finding.Cause;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Words and lengths that protocols share. */
final class Texts {
  private static final String MORE = "...";

  private Texts() {}

  /** Shortens a text to a number of characters and marks the cut. */
  static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = most - MORE.length();
    if (Character.isHighSurrogate(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end) + MORE;
  }

  /** The incident in one line: where, and what. */
  static String headline(Incident incident) {
    return incident.source() + ": " + incident.sentence();
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
