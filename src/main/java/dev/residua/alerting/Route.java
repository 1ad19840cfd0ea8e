package dev.residua.alerting;

import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Which incidents go to whom.
 *
 * @param name as operators call it
 * @param sources regular expression for the whole name of the source
 * @param kinds regular expression for the whole kind, upper or lower case
 * @param severity least severity
 * @param receivers names of the receivers that are notified, at least one
 */
public record Route(
    String name, Pattern sources, Pattern kinds, Severity severity, Set<String> receivers) {
  public Route {
    receivers = Set.copyOf(receivers);
    if (receivers.isEmpty()) {
      throw new IllegalArgumentException(
          "residua.alerting.routes.%s.receivers must name at least one receiver".formatted(name));
    }
  }

  /**
   * A route from its texts.
   *
   * @throws IllegalArgumentException with the property whose text is no regular expression
   */
  public static Route of(
      String name, String sources, String kinds, Severity severity, Set<String> receivers) {
    return new Route(
        name,
        pattern(name, "sources", sources, 0),
        pattern(name, "kinds", kinds, Pattern.CASE_INSENSITIVE),
        severity,
        receivers);
  }

  private static Pattern pattern(String name, String property, String text, int flags) {
    try {
      return Pattern.compile(text, flags);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "residua.alerting.routes.%s.%s must be a regular expression such as cam1.* but was '%s': %s"
              .formatted(name, property, text, e.getDescription()),
          e);
    }
  }

  /** Whether an incident, as it stands, takes this route. */
  boolean takes(Incident incident) {
    return incident.severity().compareTo(severity) >= 0
        && sources.matcher(incident.source()).matches()
        && kinds.matcher(incident.kind()).matches();
  }
}
