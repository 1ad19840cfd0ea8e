package dev.residua.alerting;

import dev.residua.causal.Finding.Severity;
import dev.residua.frame.NamePattern;
import dev.residua.incident.Incident;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sends matching incidents to receivers.
 *
 * @param name as operators call it
 * @param sources regular expression for the whole name of the source
 * @param kinds regular expression for the whole kind, upper or lower case
 * @param severity least severity
 * @param receivers names of the receivers that are notified, at least one
 * @param mute times at which it notifies nobody
 * @param active times outside which it notifies nobody; none for always
 */
public record Route(
    String name,
    NamePattern sources,
    NamePattern kinds,
    Severity severity,
    Set<String> receivers,
    List<TimeInterval> mute,
    List<TimeInterval> active) {
  public Route {
    receivers = Set.copyOf(receivers);
    mute = List.copyOf(mute);
    active = List.copyOf(active);
    if (receivers.isEmpty()) {
      throw new IllegalArgumentException(
          "residua.alerting.routes.%s.receivers must name at least one receiver".formatted(name));
    }
  }

  /**
   * Parses a route that is never muted.
   *
   * @throws IllegalArgumentException with the property that is not a regular expression
   */
  public static Route of(
      String name, String sources, String kinds, Severity severity, Set<String> receivers) {
    return new Route(
        name,
        pattern(name, "sources", sources, false),
        pattern(name, "kinds", kinds, true),
        severity,
        receivers,
        List.of(),
        List.of());
  }

  /** The route with times at which it is muted, and times outside which it is. */
  public Route with(List<TimeInterval> muteTimes, List<TimeInterval> activeTimes) {
    return new Route(name, sources, kinds, severity, receivers, muteTimes, activeTimes);
  }

  /**
   * Checks that its receivers exist.
   *
   * @param known names of all receivers
   * @throws IllegalArgumentException with those that do not
   */
  public void check(Set<String> known) {
    Set<String> unknown = new TreeSet<>(receivers);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "residua.alerting.routes.%s.receivers names '%s', expected one of %s"
              .formatted(name, String.join("', '", unknown), new TreeSet<>(known)));
    }
  }

  private static NamePattern pattern(
      String name, String property, String text, boolean ignoreCase) {
    try {
      return NamePattern.of(text, ignoreCase);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "residua.alerting.routes.%s.%s must be a regular expression such as cam1.* but was '%s': %s"
              .formatted(name, property, text, e.getMessage()),
          e);
    }
  }

  /** Returns true if it notifies nobody at a time. */
  public boolean isMuted(Instant time) {
    return mute.stream().anyMatch(interval -> interval.contains(time))
        || (!active.isEmpty() && active.stream().noneMatch(interval -> interval.contains(time)));
  }

  boolean takes(Incident incident) {
    return incident.severity().compareTo(severity) >= 0
        && sources.matches(incident.source())
        && kinds.matches(incident.kind());
  }
}
