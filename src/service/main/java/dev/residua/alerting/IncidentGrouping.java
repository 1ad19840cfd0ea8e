package dev.residua.alerting;

import dev.residua.alerting.Grouping.Group;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.source.SourceRule;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides which incidents receivers are notified of together: those of several sources with a
 * common label and the same subject that open within the wait. Pure.
 *
 * <p>Most incidents open without a diagnosis. So one that is not diagnosed counts as having the
 * subject that most of those with its label have.
 */
final class IncidentGrouping {
  private static final Comparator<Candidate> ORDER =
      Comparator.comparing(Candidate::until).thenComparing(Candidate::alertId);

  private IncidentGrouping() {}

  /**
   * An incident that waits.
   *
   * @param until when it stops waiting
   */
  record Candidate(String alertId, Incident incident, Instant until) {
    Subject subject() {
      return incident.subject();
    }

    boolean has(String label, String value) {
      return value.equals(incident.labels().get(label));
    }
  }

  record OpenGroup(String alertId, Subject subject, Group group) {}

  /** Decision on an incident that waited. */
  sealed interface Decision {}

  record Join(Candidate candidate, String group) implements Decision {}

  /** It and others become a group. */
  record Form(String label, String value, List<Candidate> candidates) implements Decision {}

  /** Receivers are notified of it on its own. */
  record Release(Candidate candidate) implements Decision {}

  /**
   * Decisions that are due now. An incident joins an open group at once; otherwise it is decided on
   * when its wait is over, together with those that still wait. Of its labels, the one that most
   * sources have in common decides.
   */
  static List<Decision> decide(
      Collection<Candidate> waiting,
      Collection<OpenGroup> groups,
      GroupSettings settings,
      Instant now) {
    List<Decision> decisions = new ArrayList<>();
    List<Candidate> left = new ArrayList<>();
    for (Candidate candidate : waiting.stream().sorted(ORDER).toList()) {
      Optional<OpenGroup> joined =
          settings.off()
              ? Optional.empty()
              : groups.stream().filter(group -> takes(group, candidate, settings, now)).findFirst();
      joined.ifPresentOrElse(
          group -> decisions.add(new Join(candidate, group.alertId())), () -> left.add(candidate));
    }
    while (!left.isEmpty() && !now.isBefore(left.get(0).until())) {
      Decision decision = settings.off() ? new Release(left.get(0)) : next(left, settings);
      decisions.add(decision);
      if (decision instanceof Form form) {
        Set<String> formed =
            form.candidates().stream().map(Candidate::alertId).collect(Collectors.toSet());
        left.removeIf(candidate -> formed.contains(candidate.alertId()));
      } else {
        left.remove(0);
      }
    }
    return decisions;
  }

  /** Returns true if two incidents share a label and may have the same subject. */
  static boolean alike(Incident one, Incident other) {
    return one.labels().entrySet().stream()
            .anyMatch(label -> label.getValue().equals(other.labels().get(label.getKey())))
        && (one.subject().equals(other.subject())
            || mayBecome(one.subject(), other.subject())
            || mayBecome(other.subject(), one.subject()));
  }

  private static boolean takes(
      OpenGroup open, Candidate candidate, GroupSettings settings, Instant now) {
    Group group = open.group();
    if (!candidate.has(group.label(), group.value())) {
      return false;
    }
    Subject one = open.subject();
    Subject other = candidate.subject();
    return one.equals(other)
        ? isDiagnosed(one) || inTime(group, settings, now)
        : (mayBecome(one, other) || mayBecome(other, one)) && inTime(group, settings, now);
  }

  private static boolean inTime(Group group, GroupSettings settings, Instant now) {
    return now.isBefore(group.joinedAt().plus(settings.undiagnosed()));
  }

  private static boolean isDiagnosed(Subject subject) {
    return !subject.equals(Subject.UNDETERMINED);
  }

  private static boolean mayBecome(Subject subject, Subject diagnosis) {
    return !isDiagnosed(subject) && isDiagnosis(diagnosis);
  }

  /** Returns true if a diagnosis finds the subject of an undetermined incident. */
  private static boolean isDiagnosis(Subject subject) {
    return subject.isLatent() || subject.equals(Subject.PICTURE);
  }

  private static Decision next(List<Candidate> left, GroupSettings settings) {
    Candidate first = left.get(0);
    Form best = new Form("", "", List.of());
    long most = settings.size() - 1L;
    for (String label : labels(first.incident())) {
      String value = Objects.requireNonNull(first.incident().labels().get(label));
      List<Candidate> alike = alike(first, left.stream().filter(c -> c.has(label, value)).toList());
      long sources = alike.stream().map(c -> c.incident().source()).distinct().count();
      if (sources > most) {
        most = sources;
        best = new Form(label, value, alike);
      }
    }
    return best.candidates().isEmpty() ? new Release(first) : best;
  }

  /** Names of the labels, that of the scene last. */
  private static List<String> labels(Incident incident) {
    return Stream.concat(
            incident.labels().keySet().stream().filter(name -> !name.equals(SourceRule.SCENE)),
            incident.labels().keySet().stream().filter(SourceRule.SCENE::equals))
        .toList();
  }

  private static List<Candidate> alike(Candidate first, List<Candidate> all) {
    Subject usual =
        mostCommon(
            all.stream().map(Candidate::subject).filter(IncidentGrouping::isDiagnosis).toList());
    Function<Candidate, Subject> assumed = c -> isDiagnosed(c.subject()) ? c.subject() : usual;
    return all.stream().filter(c -> assumed.apply(c).equals(assumed.apply(first))).toList();
  }

  /** The most common subject, the first by name among equals; undetermined if there is none. */
  private static Subject mostCommon(List<Subject> subjects) {
    Map<String, Long> counts =
        subjects.stream()
            .collect(Collectors.groupingBy(Subject::toString, TreeMap::new, Collectors.counting()));
    return counts.entrySet().stream()
        .max(
            Map.Entry.<String, Long>comparingByValue()
                .thenComparing(Map.Entry.comparingByKey(Comparator.reverseOrder())))
        .map(entry -> Subject.of(entry.getKey()))
        .orElse(Subject.UNDETERMINED);
  }

  /** Subject of a group: the most common diagnosis, once half of the incidents have one. */
  static Subject subject(List<Subject> subjects) {
    List<Subject> diagnosed = subjects.stream().filter(IncidentGrouping::isDiagnosed).toList();
    return 2 * diagnosed.size() >= subjects.size() ? mostCommon(diagnosed) : Subject.UNDETERMINED;
  }
}
