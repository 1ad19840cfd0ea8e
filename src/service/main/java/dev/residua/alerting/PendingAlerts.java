package dev.residua.alerting;

import dev.residua.alerting.AlertListener.Outcome;
import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.alerting.Grouping.Member;
import dev.residua.alerting.Grouping.Waiting;
import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import dev.residua.incident.Incident.State;
import dev.residua.incident.IncidentGroup;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * Incidents of the partitions of this process of which receivers have to be notified. Pure:
 * records, time and answers in; notifications and changes to store out. For one thread.
 */
final class PendingAlerts {
  private AlertingSettings settings;
  private final Map<String, ReceiverSettings> receivers = new LinkedHashMap<>();
  private final RandomGenerator random;
  private final Map<String, AlertState> states = new HashMap<>(); // by alert

  /** Alert of each incident that follows another one; other alerts have the id of the incident. */
  private final Map<String, String> followers = new HashMap<>();

  private final Set<String> changed = new HashSet<>();
  private final Map<String, Integer> dropped = new HashMap<>(); // partition by alert
  private final Map<String, RateLimitDigest> limited = new HashMap<>();
  private Map<String, EscalationSettings> steps = Map.of(); // by receiver
  private final GroupedAlerts groups;
  private Set<Route> muted = Set.of();

  /**
   * A notification that will not be delivered.
   *
   * @param partition of its incident
   * @param why for a person
   * @param refused true if the receiver refused it, false if it did not answer
   */
  record Lost(Notification notification, int partition, String why, boolean refused) {}

  /**
   * A change of an alert to store.
   *
   * @param entry empty for a dropped alert
   * @param group its state if it is a group whose state is to be published
   */
  record Change(int partition, Optional<AlertEntry> entry, Optional<IncidentGroup> group) {}

  /**
   * The place of a record on the topic.
   *
   * @param offset if it was applied before, the record changes nothing
   * @param history true if it was written before alerting began; resolved incidents of that time
   *     are ignored
   */
  record Position(int partition, long offset, Instant writtenAt, boolean history) {}

  PendingAlerts(AlertingSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.groups = new GroupedAlerts(settings.groups(), states, changed);
    this.random = random;
    configure(settings);
  }

  private void configure(AlertingSettings next) {
    settings = next;
    steps = next.escalations();
    receivers.clear();
    next.receivers().forEach(receiver -> receivers.put(receiver.name(), receiver));
    limited.keySet().retainAll(receivers.keySet());
    receivers.forEach(
        (name, receiver) ->
            limited.computeIfAbsent(name, one -> new RateLimitDigest(one, receiver.limit())));
  }

  /**
   * Applies other settings. A receiver that they do not have gets nothing more; the others continue
   * with the state of which they were notified.
   */
  void use(AlertingSettings next, Instant now) {
    configure(next);
    groups.use(next.groups());
    states.values().forEach(state -> state.routed = routed(state.entry));
    reroute(next.muted(now));
  }

  /** Adds an entry that an earlier owner of a partition stored. */
  void restore(int partition, AlertEntry entry) {
    AlertState state = new AlertState(partition, entry, routed(entry));
    state.muted = muted(state);
    state.restored();
    states.put(entry.alertId(), state);
    if (!entry.incident().id().equals(entry.alertId())) {
      followers.put(entry.incident().id(), entry.alertId());
    }
    if (entry.grouping() instanceof Group) {
      groups.restored(entry.alertId());
    }
  }

  void drop(int partition) {
    changed.removeIf(alert -> partitionOf(alert) == partition);
    states.values().removeIf(state -> state.partition == partition);
    dropped.values().removeIf(owner -> owner == partition);
    followers.values().removeIf(alert -> !states.containsKey(alert));
  }

  private int partitionOf(String alert) {
    AlertState state = states.get(alert);
    return state == null ? dropped.getOrDefault(alert, 0) : state.partition;
  }

  private Set<String> routed(AlertEntry entry) {
    if (entry.grouping() instanceof Group group) {
      return group.receivers();
    }
    if (entry.only().isPresent()) {
      return Set.of(entry.only().get());
    }
    Incident incident = entry.incident();
    if (incident.open()) {
      return settings.receiversOf(incident);
    }
    // An incident that began and ended while its route was muted is not sent.
    Set<String> names =
        new HashSet<>(settings.receiversOf(incident, settings.muted(entry.since())));
    names.addAll(settings.receiversOf(incident, settings.muted(entry.changedAt())));
    return names;
  }

  /** Those of its receivers that are not notified now. */
  private Set<String> muted(AlertState state) {
    if (muted.isEmpty() || state.entry.only().isPresent()) {
      return Set.of();
    }
    if (state.entry.grouping() instanceof Group) {
      return state.muted; // which follows from its incidents, see mute
    }
    Set<String> names = new HashSet<>(state.routed);
    names.removeAll(settings.receiversOf(state.entry.incident(), muted));
    return names;
  }

  private void reroute(Set<Route> nowMuted) {
    muted = nowMuted;
    states.values().forEach(state -> state.muted = muted(state));
    states.values().forEach(groups::changed);
  }

  /** Begins and ends mute times of routes. */
  private void mute(Instant now) {
    Set<Route> next = settings.muted(now);
    if (!next.equals(muted)) {
      reroute(next);
    }
    if (!muted.isEmpty()) {
      groups.mute();
    }
  }

  void incident(Incident incident, Position position, Instant now) {
    String alert = alertOf(incident.id());
    AlertState state = states.get(alert);
    if (state == null && incident.follows() != null) {
      String continued = alertOf(incident.follows());
      state = states.get(continued);
      if (state != null) {
        alert = continued;
        followers.put(incident.id(), alert);
      }
    }
    if (state == null) {
      open(incident, position, now);
    } else if (state.entry.revision() < position.offset()
        && !isReplaced(incident, state.entry.incident())) {
      AlertEntry before = state.entry;
      state.entry = before.next(incident, position.offset(), position.writtenAt());
      state.routed = routed(state.entry);
      state.muted = muted(state);
      changed.add(alert);
      if (incident.reason() == Reason.MERGED && before.grouping() instanceof Waiting) {
        remove(state); // receivers are notified of the one that it is a part of
        groups.merged();
      } else {
        groups.applied(state, before, now);
      }
    }
  }

  private void open(Incident incident, Position position, Instant now) {
    Set<String> routed = settings.receiversOf(incident);
    boolean over = position.history() && !incident.open();
    if (routed.isEmpty() || over || isContinued(incident)) {
      return;
    }
    AlertEntry entry =
        new AlertEntry(
                incident.id(),
                incident,
                position.offset(),
                position.writtenAt(),
                position.writtenAt(),
                Optional.empty(),
                Map.of())
            .with(groups.opened(now));
    AlertState state = new AlertState(position.partition(), entry, routed);
    state.muted = muted(state);
    states.put(entry.alertId(), state);
    changed.add(entry.alertId());
  }

  /**
   * Begins and ends mute times, forms groups of incidents, and releases those that have waited for
   * others.
   */
  void group(Instant now) {
    mute(now);
    groups.update(now);
  }

  /**
   * Escalates alerts that nobody has acknowledged in time.
   *
   * @param acknowledgedBy person who acknowledged an incident, by its id
   * @return alerts that were escalated now
   */
  List<AlertEntry> escalate(Map<String, String> acknowledgedBy, Instant now) {
    if (steps.isEmpty()) {
      return List.of();
    }
    List<AlertEntry> escalated = new ArrayList<>();
    for (AlertState state : states.values()) {
      AlertEntry entry = state.entry;
      if (entry.only().isPresent()
          || entry.grouping() instanceof Waiting
          || entry.grouping() instanceof Member) {
        continue;
      }
      Escalation before = entry.escalation();
      Escalation next =
          before.next(
              steps,
              state.unmuted()::contains,
              entry.incident().open() && entry.incident().state() != State.SUSPENDED,
              acknowledgedBy(entry, acknowledgedBy).isPresent(),
              now);
      if (!next.equals(before)) {
        state.entry = entry.with(next);
        changed.add(entry.alertId());
        if (!next.to().equals(before.to())) {
          escalated.add(state.entry);
        }
      }
    }
    return escalated;
  }

  /** Numbers of incidents by outcome since the last call. */
  Map<Outcome, Integer> outcomes() {
    return groups.outcomes();
  }

  private String alertOf(String incident) {
    return followers.getOrDefault(incident, incident);
  }

  /** Returns true if the topic has a following incident before this record. */
  private static boolean isContinued(Incident incident) {
    return incident.reason() == Reason.REDIAGNOSED
        || incident.reason() == Reason.EXPIRED
        || incident.reason() == Reason.MERGED;
  }

  /** Returns true if the alert already shows a later incident. */
  private static boolean isReplaced(Incident incident, Incident shown) {
    return !incident.id().equals(shown.id()) && !shown.id().equals(incident.follows());
  }

  /**
   * Notifications due to a receiver, most urgent first. Each is in progress until its result is
   * applied.
   *
   * @param room max number of notifications
   * @param budget max number of incidents that may be opened or updated
   * @param acknowledgedBy person who acknowledged an incident, by its id
   */
  List<Notification> due(
      String receiver, int room, int budget, Map<String, String> acknowledgedBy, Instant now) {
    List<Notification> candidates = new ArrayList<>();
    for (AlertState state : states.values()) {
      AlertState.Track track = state.track(receiver);
      if (!track.inFlight && (track.notBefore == null || !now.isBefore(track.notBefore))) {
        Optional<String> person = acknowledgedBy(state.entry, acknowledgedBy);
        next(state, receiver, track, person.isPresent(), now)
            .ifPresent(
                action ->
                    candidates.add(
                        new Notification(
                            action, state.entry, state.entry.notified(receiver), person)));
      }
    }
    candidates.sort(
        Comparator.comparing((Notification notification) -> notification.entry().only().isEmpty())
            .thenComparing(
                notification -> limited(notification) || notification.action() == Action.REPEAT)
            .thenComparing(notification -> notification.action() == Action.REPEAT)
            .thenComparing(
                notification -> notification.entry().incident().severity(),
                Comparator.reverseOrder())
            .thenComparing(notification -> stateOf(notification).track(receiver).failures)
            .thenComparing(notification -> notification.entry().since())
            .thenComparing(notification -> notification.entry().alertId()));
    List<Notification> due = new ArrayList<>();
    List<Notification> overLimit = new ArrayList<>();
    int left = budget;
    for (Notification notification : candidates) {
      if (limited(notification) && left <= 0) {
        if (notification.action() == Action.OPEN) {
          limit(receiver, notification, overLimit, now);
        }
      } else if (due.size() < room) {
        if (limited(notification)) {
          left--;
        }
        AlertState.Track track = stateOf(notification).track(receiver);
        track.inFlight = true;
        track.attempted |= notification.action() == Action.OPEN;
        due.add(notification.action() == Action.OPEN ? notification.opening() : notification);
      }
    }
    summarize(receiver, overLimit, now);
    return due;
  }

  private AlertState stateOf(Notification notification) {
    return java.util.Objects.requireNonNull(states.get(notification.entry().alertId()));
  }

  private Optional<Action> next(
      AlertState state,
      String receiver,
      AlertState.Track track,
      boolean acknowledged,
      Instant now) {
    ReceiverSettings to = receivers.get(receiver);
    if (to == null
        || state.entry.grouping() instanceof Waiting
        || state.entry.grouping() instanceof Member) {
      return Optional.empty();
    }
    return NotificationPolicy.next(
        state.entry,
        state.entry.notified(receiver),
        to.type().capabilities(),
        to.repeatInterval(),
        state.wants(receiver) || track.attempted,
        state.isMuted(receiver),
        acknowledged,
        track.lastSent,
        now);
  }

  /** Person who acknowledged the incident, the one that it follows, or one of the group. */
  private static Optional<String> acknowledgedBy(AlertEntry entry, Map<String, String> people) {
    Stream<String> incidents =
        entry.grouping() instanceof Group group
            ? group.children().stream().map(Child::incident)
            : Stream.of(entry.incident().id(), entry.alertId());
    return incidents.filter(people::containsKey).findFirst().map(people::get);
  }

  /** Returns true if a notification counts for the limit; a resolution never does. */
  static boolean limited(Notification notification) {
    return notification.entry().only().isEmpty()
        && (notification.action() == Action.OPEN || notification.action() == Action.UPDATE);
  }

  private void limit(
      String receiver, Notification notification, List<Notification> overLimit, Instant now) {
    Incident incident = notification.entry().incident();
    if (incident.open()) {
      overLimit.add(notification);
      return;
    }
    RateLimitDigest summary = limited.get(receiver);
    if (summary != null) {
      summary.over();
    }
    AlertState state = stateOf(notification);
    state.entry =
        state.entry.with(
            receiver,
            new NotifiedState(
                Stage.RESOLVED,
                notification.entry().revision(),
                incident.severity(),
                incident.kind(),
                incident.subject().toString(),
                incident.flaps(),
                now,
                false,
                notification.entry().members()));
    changed.add(state.entry.alertId());
  }

  private void summarize(String receiver, List<Notification> overLimit, Instant now) {
    RateLimitDigest summary = limited.get(receiver);
    if (summary == null) {
      return;
    }
    String id = RateLimitDigest.id(receiver);
    AlertState state = states.get(id);
    Incident next =
        summary.next(
            overLimit.stream().map(notification -> notification.entry().incident()).toList(),
            state == null ? null : state.entry.incident(),
            now);
    if (next == null) {
      return;
    }
    long revision = next.updatedSequence();
    if (state == null) {
      AlertEntry entry =
          new AlertEntry(id, next, revision, now, now, Optional.of(receiver), Map.of());
      int partition = overLimit.isEmpty() ? 0 : stateOf(overLimit.get(0)).partition;
      states.put(id, new AlertState(partition, entry, routed(entry)));
    } else {
      state.entry = state.entry.next(next, Math.max(revision, state.entry.revision() + 1), now);
    }
    changed.add(id);
  }

  /** Makes a notification that was not sent due again. */
  void returned(String receiver, Notification notification) {
    AlertState state = states.get(notification.entry().alertId());
    if (state != null) {
      state.track(receiver).inFlight = false;
    }
  }

  /**
   * Applies the result of a delivery.
   *
   * @return the notification, if it will never be delivered
   */
  Optional<Lost> applyResult(
      String receiver, Notification notification, DeliveryResult answer, Instant now) {
    String id = notification.entry().alertId();
    AlertState state = states.get(id);
    if (state == null) {
      return Optional.empty();
    }
    AlertState.Track track = state.track(receiver);
    track.inFlight = false;
    if (answer instanceof DeliveryResult.Unavailable unavailable) {
      track.failures++;
      Instant since = track.firstFailure == null ? now : track.firstFailure;
      track.firstFailure = since;
      if (mayGiveUp(receiver, notification) && !now.isBefore(since.plus(settings.giveUpAfter()))) {
        return Optional.of(
            lose(
                receiver,
                state,
                notification,
                "was not delivered for %s: %s",
                unavailable.detail(),
                now));
      }
      if (!unavailable.everything()) { // else the whole receiver pauses
        Duration pause = BackOff.after(track.failures, random);
        Duration asked = unavailable.pause().orElse(Duration.ZERO);
        track.notBefore = now.plus(asked.compareTo(pause) > 0 ? asked : pause);
      }
      return Optional.empty();
    }
    track.failures = 0;
    track.firstFailure = null;
    track.notBefore = null;
    track.lastSent = now;
    track.attempted = false;
    state.entry = state.entry.with(receiver, notification.after(now));
    if (notification.action() != Action.REPEAT) {
      changed.add(id);
    }
    return answer instanceof DeliveryResult.Refused refused
        ? Optional.of(new Lost(notification, state.partition, refused.detail(), true))
        : Optional.empty();
  }

  /**
   * Gives up notifications that have waited too long for an unavailable receiver.
   *
   * @param why its last answer
   */
  List<Lost> expire(String receiver, String why, Instant now) {
    List<Lost> lost = new ArrayList<>();
    for (AlertState state : states.values()) {
      AlertState.Track track = state.track(receiver);
      if (track.inFlight || now.isBefore(state.entry.changedAt().plus(settings.giveUpAfter()))) {
        continue;
      }
      next(state, receiver, track, false, now)
          .map(action -> new Notification(action, state.entry, state.entry.notified(receiver)))
          .filter(
              notification ->
                  notification.action() != Action.REPEAT && mayGiveUp(receiver, notification))
          .ifPresent(
              notification ->
                  lost.add(
                      lose(
                          receiver,
                          state,
                          notification,
                          "was not delivered for %s: %s",
                          why,
                          now)));
    }
    return lost;
  }

  /** Open incidents are never given up for receivers that need repeats, such as Alertmanager. */
  private boolean mayGiveUp(String receiver, Notification notification) {
    ReceiverSettings to = receivers.get(receiver);
    return to == null
        || !to.type().capabilities().forgets()
        || !notification.entry().incident().open();
  }

  private Lost lose(
      String receiver,
      AlertState state,
      Notification notification,
      String format,
      String why,
      Instant now) {
    AlertState.Track track = state.track(receiver);
    track.attempted = false;
    track.failures = 0;
    track.firstFailure = null;
    track.notBefore = null;
    boolean over = !state.entry.incident().open(); // its end is given up with its opening
    Notification last =
        over
            ? new Notification(Action.RESOLVE, state.entry, state.entry.notified(receiver))
            : notification;
    state.entry = state.entry.with(receiver, last.after(now));
    changed.add(notification.entry().alertId());
    return new Lost(
        notification, state.partition, format.formatted(settings.giveUpAfter(), why), false);
  }

  /** Drops incidents of which every receiver was notified. */
  void sweep(Instant now) {
    for (AlertState state : List.copyOf(states.values())) {
      if (state.entry.grouping() instanceof Member
          ? !state.entry.incident().open()
          : done(state, now)) {
        remove(state);
      }
    }
  }

  private boolean done(AlertState state, Instant now) {
    if (state.entry.only().isPresent() && !receivers.containsKey(state.entry.only().get())) {
      return true; // its receiver was removed
    }
    return !state.entry.incident().open()
        && !(state.entry.grouping() instanceof Waiting)
        && receivers.values().stream()
            .allMatch(
                receiver -> {
                  AlertState.Track track = state.track(receiver.name());
                  return !track.inFlight
                      && NotificationPolicy.done(
                          state.entry,
                          state.entry.notified(receiver.name()),
                          receiver.type().capabilities(),
                          state.wants(receiver.name()) || track.attempted,
                          now);
                });
  }

  private void remove(AlertState state) {
    String id = state.entry.alertId();
    states.remove(id);
    dropped.put(id, state.partition);
    changed.add(id);
    followers.values().removeIf(id::equals);
  }

  /** Alerts that changed since the last call, by id. */
  Map<String, Change> changes() {
    Map<String, Change> changes = new LinkedHashMap<>();
    for (String id : changed) {
      Optional<AlertState> state = Optional.ofNullable(states.get(id));
      Optional<AlertEntry> entry = state.map(one -> one.entry);
      changes.put(id, new Change(partitionOf(id), entry, state.flatMap(AlertState::publish)));
    }
    changed.clear();
    dropped.clear();
    return changes;
  }

  /** Number of incidents whose current state was not delivered to a receiver. */
  int waiting(String receiver, Instant now) {
    int waiting = 0;
    for (AlertState state : states.values()) {
      if (next(state, receiver, state.track(receiver), false, now)
          .filter(action -> action != Action.REPEAT)
          .isPresent()) {
        waiting++;
      }
    }
    return waiting;
  }

  /** Number of these incidents that wait for the limit of the receiver. */
  int limited(String receiver) {
    RateLimitDigest summary = limited.get(receiver);
    return summary == null ? 0 : summary.waiting();
  }

  long size(int partition) {
    return states.values().stream().filter(state -> state.partition == partition).count();
  }
}
