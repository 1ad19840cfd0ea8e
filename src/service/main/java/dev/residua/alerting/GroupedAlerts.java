package dev.residua.alerting;

import dev.residua.alerting.AlertListener.Outcome;
import dev.residua.alerting.Grouping.Alone;
import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.alerting.Grouping.Member;
import dev.residua.alerting.Grouping.Waiting;
import dev.residua.alerting.IncidentGrouping.Candidate;
import dev.residua.alerting.IncidentGrouping.Decision;
import dev.residua.alerting.IncidentGrouping.Form;
import dev.residua.alerting.IncidentGrouping.Join;
import dev.residua.alerting.IncidentGrouping.OpenGroup;
import dev.residua.alerting.IncidentGrouping.Release;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * The groups among the alerts of a book. All of it follows from the alerts as they are stored, so
 * nothing else has to be stored. For one thread.
 */
final class GroupedAlerts {
  private GroupSettings settings;
  private final Map<String, AlertState> states;
  private final Set<String> changed;
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private final Set<String> outdated = new HashSet<>(); // groups whose incident may have changed

  /**
   * @param states alerts by id, changed here
   * @param changed ids of alerts that are to be stored
   */
  GroupedAlerts(GroupSettings settings, Map<String, AlertState> states, Set<String> changed) {
    this.settings = settings;
    this.states = states;
    this.changed = changed;
  }

  /** Applies other settings to incidents that open, wait or join later. */
  void use(GroupSettings next) {
    settings = next;
  }

  Grouping opened(Instant now) {
    if (settings.off()) {
      count(Outcome.AT_ONCE, 1);
      return Grouping.ALONE;
    }
    return new Waiting(now.plus(settings.delay()));
  }

  /** An incident became part of another one while it waited. */
  void merged() {
    count(Outcome.MERGED, 1);
  }

  private void count(Outcome outcome, int incidents) {
    outcomes.merge(outcome, incidents, Integer::sum);
  }

  /** Numbers of incidents by outcome since the last call. */
  Map<Outcome, Integer> outcomes() {
    Map<Outcome, Integer> counts = Map.copyOf(outcomes);
    outcomes.clear();
    return counts;
  }

  /** Applies a record of a known incident. */
  void applied(AlertState state, AlertEntry before, Instant now) {
    Incident incident = state.entry.incident();
    if (state.entry.grouping() instanceof Waiting) {
      if (before.incident().state() == State.SUSPENDED && incident.state() != State.SUSPENDED) {
        state.entry = state.entry.with(opened(now)); // the others come back now, too
      }
    } else if (state.entry.grouping() instanceof Alone) {
      if (before.isReopenedBy(incident) && !state.mayFire()) {
        state.entry = state.entry.with(opened(now));
      }
    } else {
      changed(state);
    }
  }

  /** Applies a change of an incident, or of its receivers, to the group that it is in. */
  void changed(AlertState state) {
    if (state.entry.grouping() instanceof Member member) {
      AlertState parent = states.get(member.group());
      if (parent != null && parent.entry.grouping() instanceof Group group) {
        replace(parent, group.changed(Child.of(state.entry), state.unmuted()));
      }
    }
  }

  /** Mutes the receivers of each group to which no open incident in it is routed now. */
  void mute() {
    Map<String, Set<String>> unmuted = new HashMap<>(); // by group
    for (AlertState state : states.values()) {
      if (state.entry.grouping() instanceof Member member && state.entry.incident().open()) {
        unmuted.computeIfAbsent(member.group(), id -> new HashSet<>()).addAll(state.unmuted());
      }
    }
    for (AlertState state : states.values()) {
      if (state.entry.grouping() instanceof Group) {
        Set<String> muted = new HashSet<>(state.routed);
        muted.removeAll(unmuted.getOrDefault(state.entry.alertId(), state.routed));
        state.muted = muted;
      }
    }
  }

  void restored(String group) {
    outdated.add(group);
  }

  private void replace(AlertState parent, Group group) {
    parent.entry = parent.entry.with(group);
    parent.routed = group.receivers();
    changed.add(parent.entry.alertId());
    outdated.add(parent.entry.alertId());
  }

  /** Forms groups, adds incidents to groups, and updates the incidents of groups. */
  void update(Instant now) {
    List<Candidate> waiting = new ArrayList<>();
    List<OpenGroup> groups = new ArrayList<>();
    for (AlertState state : states.values()) {
      AlertEntry entry = state.entry;
      if (entry.grouping() instanceof Member member && !states.containsKey(member.group())) {
        state.entry = entry.with(new Waiting(now)); // its group could not be read
        changed.add(entry.alertId());
      }
      if (state.entry.grouping() instanceof Waiting wait
          && entry.incident().state() != State.SUSPENDED) {
        Instant until = isUrgent(entry.incident(), now) ? now : wait.until();
        waiting.add(new Candidate(entry.alertId(), entry.incident(), until));
      } else if (entry.grouping() instanceof Group group && entry.incident().open()) {
        groups.add(new OpenGroup(entry.alertId(), entry.incident().subject(), group));
      }
    }
    if (!waiting.isEmpty()) {
      groups.sort(Comparator.comparing(OpenGroup::alertId));
      IncidentGrouping.decide(waiting, groups, settings, now)
          .forEach(decision -> apply(decision, now));
    }
    for (String id : List.copyOf(outdated)) {
      AlertState state = states.get(id);
      if (state == null || revise(state, now)) {
        outdated.remove(id);
      }
    }
  }

  /**
   * Returns true if receivers are notified at once: the incident is critical, and they were not
   * notified of a critical one like it within the wait.
   */
  private boolean isUrgent(Incident incident, Instant now) {
    return incident.severity() == Severity.CRITICAL
        && states.values().stream()
            .map(state -> state.entry)
            .noneMatch(
                entry ->
                    entry.grouping() instanceof Alone
                        && entry.incident().severity() == Severity.CRITICAL
                        && now.isBefore(entry.changedAt().plus(settings.delay()))
                        && IncidentGrouping.alike(entry.incident(), incident));
  }

  private void apply(Decision decision, Instant now) {
    if (decision instanceof Release release) {
      AlertState state = state(release.candidate());
      boolean waited =
          state.entry.grouping() instanceof Waiting waiting && !now.isBefore(waiting.until());
      count(waited ? Outcome.ALONE : Outcome.AT_ONCE, 1);
      set(state, Grouping.ALONE);
    } else if (decision instanceof Join join) {
      AlertState parent = Objects.requireNonNull(states.get(join.group()));
      AlertState state = state(join.candidate());
      count(Outcome.GROUPED, 1);
      set(state, new Member(join.group()));
      replace(
          parent,
          ((Group) parent.entry.grouping()).joined(Child.of(state.entry), state.unmuted(), now));
    } else if (decision instanceof Form form) {
      form(form, now);
    }
  }

  private AlertState state(Candidate candidate) {
    return Objects.requireNonNull(states.get(candidate.alertId()));
  }

  private void set(AlertState state, Grouping grouping) {
    state.entry = state.entry.with(grouping);
    changed.add(state.entry.alertId());
  }

  private void form(Form form, Instant now) {
    count(Outcome.GROUPED, form.candidates().size());
    Candidate first = form.candidates().get(0);
    String id =
        freeId(
            "%s%s.%d".formatted(Grouping.GROUP_PREFIX, first.alertId(), first.incident().flaps()));
    Group group = new Group(form.label(), form.value(), List.of(), 0, now, Set.of());
    for (Candidate candidate : form.candidates()) {
      AlertState state = state(candidate);
      group = group.joined(Child.of(state.entry), state.unmuted(), now);
      set(state, new Member(id));
    }
    Incident incident =
        GroupIncident.of(
            id, group, null, form.candidates().stream().map(Candidate::incident).toList(), 0);
    AlertEntry entry =
        new AlertEntry(id, incident, 0, now, now, Optional.empty(), Map.of()).with(group);
    states.put(id, new AlertState(state(first).partition, entry, group.receivers()));
    changed.add(id);
  }

  private String freeId(String id) {
    String free = id;
    for (int i = 1; states.containsKey(free); i++) {
      free = id + "." + i;
    }
    return free;
  }

  /**
   * Brings the incident of a group up to date. Joining and ending incidents show at most once per
   * wait, everything else at once.
   *
   * @return whether nothing is left to do
   */
  private boolean revise(AlertState state, Instant now) {
    AlertEntry entry = state.entry;
    if (!(entry.grouping() instanceof Group group)) {
      return true;
    }
    Incident before = entry.incident();
    List<Incident> open =
        states.values().stream()
            .map(one -> one.entry)
            .filter(one -> one.grouping().equals(new Member(entry.alertId())))
            .map(AlertEntry::incident)
            .filter(Incident::open)
            .toList();
    if (open.isEmpty() && !before.open()) {
      return true;
    }
    long revision = entry.revision() + 1;
    Incident next = GroupIncident.of(entry.alertId(), group, before, open, revision);
    boolean urgent =
        next.open() != before.open()
            || (next.state() == State.SUSPENDED) != (before.state() == State.SUSPENDED)
            || next.severity() != before.severity()
            || !next.subject().equals(before.subject());
    if (!urgent && next.summary().equals(before.summary()) && next.events() == before.events()) {
      return true;
    }
    if (!urgent && now.isBefore(entry.changedAt().plus(settings.delay()))) {
      return false;
    }
    state.entry = entry.next(next, revision, now);
    changed.add(entry.alertId());
    return true;
  }
}
