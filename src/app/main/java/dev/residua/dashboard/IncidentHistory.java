package dev.residua.dashboard;

import dev.residua.causal.Finding.Severity;
import dev.residua.dashboard.LiveViews.IncidentGroup;
import dev.residua.dashboard.LiveViews.StepView;
import dev.residua.incident.Incident;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Bounded history of the incidents of all sources, with the states of each since the process
 * started. Beyond {@value #MOST} the oldest ended ones are dropped, then the oldest. Not
 * thread-safe.
 */
final class IncidentHistory {
  private static final int MOST = 2_000;
  private static final int MOST_STEPS = 30;
  private static final int MOST_GROUPS = 100;

  /** Order by urgency: open incidents by severity and then the newest first, then ended ones. */
  private static final Comparator<Incident> URGENCY =
      Comparator.comparing((Incident incident) -> !incident.open())
          .thenComparing(
              incident -> incident.open() ? incident.severity() : Severity.INFO,
              Comparator.reverseOrder())
          .thenComparing(
              incident -> incident.endedAt() == null ? incident.openedAt() : incident.endedAt(),
              Comparator.reverseOrder());

  private final Map<String, Known> all = new LinkedHashMap<>(); // the last changed are last

  private static final class Known {
    private final Deque<StepView> steps = new ArrayDeque<>();
    private @Nullable Incident now;
  }

  void add(Incident incident) {
    Known known = all.remove(incident.id());
    if (known == null) {
      known = new Known();
    }
    all.put(incident.id(), known);
    Incident before = known.now;
    known.now = incident;
    if (before == null || addsTo(before, incident)) {
      known.steps.addLast(ViewMapper.step(incident));
      if (known.steps.size() > MOST_STEPS) {
        StepView first = known.steps.removeFirst(); // how it began stays
        known.steps.removeFirst();
        known.steps.addFirst(first);
      }
    }
    evict(one -> !one.open());
    evict(one -> true);
  }

  /** Returns true if a state has news, compared with the one before, for a person who reads. */
  private static boolean addsTo(Incident before, Incident after) {
    return before.state() != after.state()
        || before.severity() != after.severity()
        || !before.subject().equals(after.subject())
        || !Objects.equals(before.note(), after.note());
  }

  private void evict(Predicate<Incident> kind) {
    for (Iterator<Known> each = all.values().iterator(); all.size() > MOST && each.hasNext(); ) {
      if (kind.test(now(each.next()))) {
        each.remove();
      }
    }
  }

  private static Incident now(Known known) {
    return Objects.requireNonNull(known.now);
  }

  /** Returns all incidents, the last changed first. */
  List<Incident> newestFirst() {
    List<Incident> found = new ArrayList<>();
    all.values().forEach(known -> found.add(now(known)));
    Collections.reverse(found);
    return found;
  }

  /** Returns the incidents of a query, the most urgent first. */
  List<Incident> matching(IncidentQuery query) {
    return newestFirst().stream().filter(query::matches).sorted(URGENCY).toList();
  }

  Optional<Incident> find(String id) {
    return Optional.ofNullable(all.get(id)).map(IncidentHistory::now);
  }

  /** Returns the states of an incident, the oldest first. */
  List<StepView> steps(String id) {
    Known known = all.get(id);
    return known == null ? List.of() : List.copyOf(known.steps);
  }

  /**
   * Returns earlier incidents of this subject: of the source, then of others, the newest first.
   *
   * @param visible sources that may be shown
   */
  List<Incident> similar(Incident to, int most, Predicate<String> visible) {
    List<Incident> earlier =
        all.values().stream()
            .map(IncidentHistory::now)
            .filter(
                one ->
                    visible.test(one.source())
                        && !one.id().equals(to.id())
                        && one.subject().equals(to.subject())
                        && IncidentQuery.sceneOf(one).equals(IncidentQuery.sceneOf(to))
                        && one.openedAt().isBefore(to.openedAt()))
            .sorted(Comparator.comparing(Incident::openedAt).reversed())
            .toList();
    return Stream.concat(
            earlier.stream().filter(one -> one.source().equals(to.source())),
            earlier.stream().filter(one -> !one.source().equals(to.source())))
        .limit(most)
        .toList();
  }

  /** Counts incidents by group; the group with the most open ones is first. */
  static List<IncidentGroup> groups(IncidentQuery.Group by, List<Incident> incidents) {
    Map<String, List<Incident>> byKey = new LinkedHashMap<>();
    incidents.forEach(one -> byKey.computeIfAbsent(by.of(one), k -> new ArrayList<>()).add(one));
    return byKey.entrySet().stream()
        .map(
            group ->
                new IncidentGroup(
                    group.getKey(),
                    (int) group.getValue().stream().filter(Incident::open).count(),
                    group.getValue().size(),
                    group.getValue().stream()
                        .map(Incident::severity)
                        .max(Comparator.naturalOrder())
                        .orElseThrow()
                        .name()))
        .sorted(
            Comparator.comparing(IncidentGroup::open)
                .thenComparing(IncidentGroup::all)
                .reversed()
                .thenComparing(IncidentGroup::key))
        .limit(MOST_GROUPS)
        .toList();
  }
}
