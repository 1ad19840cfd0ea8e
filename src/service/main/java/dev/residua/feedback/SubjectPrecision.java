package dev.residua.feedback;

import dev.residua.incident.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Precision of the alarms of one scene about one subject.
 *
 * @param scene of the sources
 * @param subject of the incidents
 * @param sources how many sources had such incidents
 * @param all precision of all incidents that are known
 * @param weeks precision of those that opened in each of the last weeks, the oldest first
 */
public record SubjectPrecision(
    String scene, Subject subject, int sources, Precision all, List<Precision> weeks) {
  private static final Duration WEEK = Duration.ofDays(7);

  private record Key(String scene, Subject subject) {}

  public SubjectPrecision {
    weeks = List.copyOf(weeks);
  }

  /**
   * The precision by scene and subject, those with the most incidents first.
   *
   * @param now end of the last week
   * @param weeks how many weeks, at least 1
   */
  public static List<SubjectPrecision> of(
      List<ReviewedIncident> incidents, Instant now, int weeks) {
    Map<Key, List<ReviewedIncident>> byKey = new LinkedHashMap<>();
    for (ReviewedIncident one : incidents) {
      byKey.computeIfAbsent(new Key(one.scene(), one.subject()), k -> new ArrayList<>()).add(one);
    }
    return byKey.entrySet().stream()
        .map(entry -> row(entry.getKey(), entry.getValue(), now, weeks))
        .sorted(
            Comparator.comparingInt((SubjectPrecision row) -> -row.all.incidents())
                .thenComparing(SubjectPrecision::scene)
                .thenComparing(row -> row.subject.toString()))
        .toList();
  }

  private static SubjectPrecision row(
      Key key, List<ReviewedIncident> incidents, Instant now, int weeks) {
    List<Precision> byWeek = new ArrayList<>();
    for (int week = weeks; week > 0; week--) {
      Instant from = now.minus(WEEK.multipliedBy(week));
      Instant to = from.plus(WEEK);
      byWeek.add(
          Precision.of(
              incidents.stream()
                  .filter(one -> one.incident().openedAt().isAfter(from))
                  .filter(one -> !one.incident().openedAt().isAfter(to))
                  .toList()));
    }
    return new SubjectPrecision(
        key.scene(),
        key.subject(),
        (int) incidents.stream().map(ReviewedIncident::source).distinct().count(),
        Precision.of(incidents),
        byWeek);
  }
}
