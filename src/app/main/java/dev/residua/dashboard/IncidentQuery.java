package dev.residua.dashboard;

import dev.residua.causal.Finding.Severity;
import dev.residua.frame.SceneName;
import dev.residua.frame.ValidTimeRange;
import dev.residua.incident.Incident;
import dev.residua.source.SourceRule;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Query for a page of incidents.
 *
 * @param text part of the source, the subject, the headline, the explanation or the id; lower case
 * @param standing open, ended or all
 * @param severity min severity
 * @param subject whole subject, or its kind
 * @param source whole name; empty for all
 * @param scene whole name; empty for all
 * @param from only those that had not ended then
 * @param to only those that had opened then
 * @param group property by which incidents are counted
 * @param page from 0
 * @param size incidents per page
 */
record IncidentQuery(
    String text,
    Standing standing,
    Severity severity,
    String subject,
    String source,
    String scene,
    Instant from,
    Instant to,
    Optional<Group> group,
    int page,
    int size) {
  /** State of the listed incidents. */
  enum Standing {
    OPEN,
    ENDED,
    ALL;

    boolean contains(Incident incident) {
      return this == ALL || incident.open() == (this == OPEN);
    }
  }

  /** Property by which incidents are counted. */
  enum Group {
    SOURCE,
    SCENE,
    SUBJECT;

    String of(Incident incident) {
      return switch (this) {
        case SOURCE -> incident.source();
        case SCENE -> sceneOf(incident);
        case SUBJECT -> incident.subject().toString();
      };
    }
  }

  IncidentQuery {
    text = text.strip().toLowerCase(Locale.ROOT);
    Pages.check(page, size);
  }

  /**
   * Parses the parameters of a request; an empty one has its default.
   *
   * @throws IllegalArgumentException with the name of an invalid parameter
   */
  static IncidentQuery of(Map<String, String> parameters) {
    return new IncidentQuery(
        parameters.getOrDefault("text", ""),
        one(parameters, "state", Standing.values()).orElse(Standing.OPEN),
        one(parameters, "severity", Severity.values()).orElse(Severity.INFO),
        parameters.getOrDefault("subject", ""),
        parameters.getOrDefault("source", ""),
        parameters.getOrDefault("scene", ""),
        time("from", parameters.getOrDefault("from", ""), Instant.MIN),
        time("to", parameters.getOrDefault("to", ""), Instant.MAX),
        one(parameters, "group", Group.values()),
        number(parameters, "page", 0),
        number(parameters, "size", 50));
  }

  private static <E extends Enum<E>> Optional<E> one(
      Map<String, String> parameters, String name, E[] values) {
    return LiveSession.oneOf(
        "query parameter " + name,
        values,
        Arrays.toString(values).toLowerCase(Locale.ROOT),
        parameters.getOrDefault(name, ""));
  }

  static Instant time(String name, String text, Instant otherwise) {
    return text.isEmpty() ? otherwise : ValidTimeRange.parse("query parameter " + name, text);
  }

  private static int number(Map<String, String> parameters, String name, int otherwise) {
    String text = parameters.getOrDefault(name, "");
    return text.isEmpty() ? otherwise : Pages.number(name, text);
  }

  boolean matches(Incident incident) {
    String of = incident.subject().toString();
    Instant ended = incident.endedAt();
    return standing.contains(incident)
        && incident.severity().compareTo(severity) >= 0
        && (subject.isEmpty() || of.equals(subject) || of.startsWith(subject + ":"))
        && (source.isEmpty() || incident.source().equals(source))
        && (scene.isEmpty() || sceneOf(incident).equals(scene))
        && !incident.openedAt().isAfter(to)
        && (ended == null || !ended.isBefore(from))
        && (text.isEmpty()
            || String.join(
                    "\n",
                    incident.source(),
                    of,
                    incident.summary().headline(),
                    incident.summary().explanation(),
                    incident.id())
                .toLowerCase(Locale.ROOT)
                .contains(text));
  }

  static String sceneOf(Incident incident) {
    return incident.labels().getOrDefault(SourceRule.SCENE, SceneName.DEFAULT);
  }
}
