package dev.residua.alerting;

import dev.residua.alerting.AlertListener.Outcome;
import dev.residua.alerting.Grouping.Child;
import dev.residua.alerting.Grouping.Group;
import dev.residua.alerting.Grouping.Member;
import dev.residua.alerting.Grouping.Waiting;
import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
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
 * The incidents of the partitions of this process that receivers have to be notified of. Knows no
 * clock and sends nothing: records, time and answers in; notices, and what must be stored, out. For
 * one thread.
 */
final class AlertBook {
  private final AlertingSettings settings;
  private final Map<String, ReceiverSettings> receivers = new LinkedHashMap<>();
  private final RandomGenerator random;
  private final Map<String, AlertPage> pages = new HashMap<>(); // by alert

  /** Alert of each incident that follows another; those of the others have the incident's id. */
  private final Map<String, String> followers = new HashMap<>();

  private final Set<String> changed = new HashSet<>();
  private final Map<String, Integer> dropped = new HashMap<>(); // partition by alert
  private final Map<String, RateLimitDigest> limited = new HashMap<>();
  private final GroupedAlerts groups;

  /**
   * A notice that will not be delivered.
   *
   * @param partition of its incident
   * @param why for a person
   * @param refused whether the receiver refused it, rather than not answer
   */
  record Lost(Notice notice, int partition, String why, boolean refused) {}

  /**
   * What is to be stored of an alert.
   *
   * @param partition where
   * @param entry empty for a dropped one
   */
  record Change(int partition, Optional<AlertEntry> entry) {}

  /**
   * The place of a record on the topic.
   *
   * @param offset a record that was applied before changes nothing
   * @param writtenAt when it was written
   * @param history whether it was written before alerting began; resolved incidents of that time
   *     are ignored
   */
  record Position(int partition, long offset, Instant writtenAt, boolean history) {}

  AlertBook(AlertingSettings settings, RandomGenerator random) {
    this.settings = settings;
    this.groups = new GroupedAlerts(settings.groups(), pages, changed);
    this.random = random;
    settings
        .receivers()
        .forEach(
            receiver -> {
              receivers.put(receiver.name(), receiver);
              limited.put(receiver.name(), new RateLimitDigest(receiver.name(), receiver.limit()));
            });
  }

  /** Adds an entry that an earlier owner of a partition stored. */
  void restore(int partition, AlertEntry entry) {
    pages.put(entry.alertId(), new AlertPage(partition, entry, wanted(entry)));
    if (!entry.incident().id().equals(entry.alertId())) {
      followers.put(entry.incident().id(), entry.alertId());
    }
    if (entry.grouping() instanceof Group) {
      groups.restored(entry.alertId());
    }
  }

  /** Leaves a partition to another process. */
  void drop(int partition) {
    changed.removeIf(alert -> partitionOf(alert) == partition);
    pages.values().removeIf(page -> page.partition == partition);
    dropped.values().removeIf(owner -> owner == partition);
    followers.values().removeIf(alert -> !pages.containsKey(alert));
  }

  private int partitionOf(String alert) {
    AlertPage page = pages.get(alert);
    return page == null ? dropped.getOrDefault(alert, 0) : page.partition;
  }

  private Set<String> wanted(AlertEntry entry) {
    if (entry.grouping() instanceof Group group) {
      return group.receivers();
    }
    return entry
        .only()
        .<Set<String>>map(Set::of)
        .orElseGet(() -> settings.receiversOf(entry.incident()));
  }

  /** Applies a record of the topic, which is read now. */
  void incident(Incident incident, Position position, Instant now) {
    String alert = alertOf(incident.id());
    AlertPage page = pages.get(alert);
    if (page == null && incident.follows() != null) {
      String continued = alertOf(incident.follows());
      page = pages.get(continued);
      if (page != null) {
        alert = continued;
        followers.put(incident.id(), alert);
      }
    }
    if (page == null) {
      open(incident, position, now);
    } else if (page.entry.revision() < position.offset()
        && !isReplaced(incident, page.entry.incident())) {
      AlertEntry before = page.entry;
      page.entry = before.next(incident, position.offset(), position.writtenAt());
      page.wanted = wanted(page.entry);
      changed.add(alert);
      if (incident.reason() == Reason.MERGED && before.grouping() instanceof Waiting) {
        remove(page); // receivers are notified of the one that it is a part of
        groups.merged();
      } else {
        groups.applied(page, before, now);
      }
    }
  }

  private void open(Incident incident, Position position, Instant now) {
    Set<String> wanted = settings.receiversOf(incident);
    boolean over = position.history() && !incident.open();
    if (wanted.isEmpty() || over || isContinued(incident)) {
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
    pages.put(entry.alertId(), new AlertPage(position.partition(), entry, wanted));
    changed.add(entry.alertId());
  }

  /** Forms groups of incidents, and releases those that have waited for others. */
  void group(Instant now) {
    groups.update(now);
  }

  /** Numbers of incidents by outcome since the last call. */
  Map<Outcome, Integer> outcomes() {
    return groups.outcomes();
  }

  private String alertOf(String incident) {
    return followers.getOrDefault(incident, incident);
  }

  /** Whether an incident has a follower, which is on the topic before this record. */
  private static boolean isContinued(Incident incident) {
    return incident.reason() == Reason.REDIAGNOSED
        || incident.reason() == Reason.EXPIRED
        || incident.reason() == Reason.MERGED;
  }

  /** Whether the alert goes on with a later incident than this one. */
  private static boolean isReplaced(Incident incident, Incident shown) {
    return !incident.id().equals(shown.id()) && !shown.id().equals(incident.follows());
  }

  /**
   * Notices due to a receiver, most urgent first. Each is in progress until its result is applied.
   *
   * @param room most notices
   * @param budget most incidents that may be opened or updated
   * @param acknowledgedBy person who looks after an incident, by its id
   */
  List<Notice> due(
      String receiver, int room, int budget, Map<String, String> acknowledgedBy, Instant now) {
    List<Notice> candidates = new ArrayList<>();
    for (AlertPage page : pages.values()) {
      AlertPage.Track track = page.track(receiver);
      if (!track.inFlight && (track.notBefore == null || !now.isBefore(track.notBefore))) {
        Optional<String> person = acknowledgedBy(page.entry, acknowledgedBy);
        next(page, receiver, track, person.isPresent(), now)
            .ifPresent(
                action ->
                    candidates.add(
                        new Notice(action, page.entry, page.entry.notified(receiver), person)));
      }
    }
    candidates.sort(
        Comparator.comparing((Notice notice) -> notice.entry().only().isEmpty())
            .thenComparing(notice -> limited(notice) || notice.action() == Action.REPEAT)
            .thenComparing(notice -> notice.action() == Action.REPEAT)
            .thenComparing(
                notice -> notice.entry().incident().severity(), Comparator.reverseOrder())
            .thenComparing(notice -> pageOf(notice).track(receiver).failures)
            .thenComparing(notice -> notice.entry().since())
            .thenComparing(notice -> notice.entry().alertId()));
    List<Notice> due = new ArrayList<>();
    List<Notice> held = new ArrayList<>();
    int left = budget;
    for (Notice notice : candidates) {
      if (limited(notice) && left <= 0) {
        if (notice.action() == Action.OPEN) {
          holdBack(receiver, notice, held, now);
        }
      } else if (due.size() < room) {
        if (limited(notice)) {
          left--;
        }
        AlertPage.Track track = pageOf(notice).track(receiver);
        track.inFlight = true;
        track.attempted |= notice.action() == Action.OPEN;
        due.add(notice.action() == Action.OPEN ? notice.opening() : notice);
      }
    }
    summarise(receiver, held, now);
    return due;
  }

  private AlertPage pageOf(Notice notice) {
    return java.util.Objects.requireNonNull(pages.get(notice.entry().alertId()));
  }

  private Optional<Action> next(
      AlertPage page, String receiver, AlertPage.Track track, boolean acknowledged, Instant now) {
    ReceiverSettings to = receivers.get(receiver);
    if (to == null
        || page.entry.grouping() instanceof Waiting
        || page.entry.grouping() instanceof Member) {
      return Optional.empty();
    }
    return NotificationPolicy.next(
        page.entry,
        page.entry.notified(receiver),
        to.type().habits(),
        to.repeatInterval(),
        page.wanted.contains(receiver) || track.attempted,
        acknowledged,
        track.lastSent,
        now);
  }

  /** Who looks after the incident or the one that it follows, or after one of the group. */
  private static Optional<String> acknowledgedBy(AlertEntry entry, Map<String, String> people) {
    Stream<String> incidents =
        entry.grouping() instanceof Group group
            ? group.children().stream().map(Child::incident)
            : Stream.of(entry.incident().id(), entry.alertId());
    return incidents.filter(people::containsKey).findFirst().map(people::get);
  }

  /** Whether a notice counts for the limit; a resolution never does. */
  static boolean limited(Notice notice) {
    return notice.entry().only().isEmpty()
        && (notice.action() == Action.OPEN || notice.action() == Action.UPDATE);
  }

  private void holdBack(String receiver, Notice notice, List<Notice> held, Instant now) {
    Incident incident = notice.entry().incident();
    if (incident.open()) {
      held.add(notice);
      return;
    }
    RateLimitDigest summary = limited.get(receiver);
    if (summary != null) {
      summary.over();
    }
    AlertPage page = pageOf(notice);
    page.entry =
        page.entry.with(
            receiver,
            new NotifiedState(
                Stage.RESOLVED,
                notice.entry().revision(),
                incident.severity(),
                incident.kind(),
                incident.subject().toString(),
                incident.flaps(),
                now,
                false,
                notice.entry().members()));
    changed.add(page.entry.alertId());
  }

  private void summarise(String receiver, List<Notice> held, Instant now) {
    RateLimitDigest summary = limited.get(receiver);
    if (summary == null) {
      return;
    }
    String id = RateLimitDigest.id(receiver);
    AlertPage page = pages.get(id);
    Incident next =
        summary.next(
            held.stream().map(notice -> notice.entry().incident()).toList(),
            page == null ? null : page.entry.incident(),
            now);
    if (next == null) {
      return;
    }
    long revision = next.updatedSequence();
    if (page == null) {
      AlertEntry entry =
          new AlertEntry(id, next, revision, now, now, Optional.of(receiver), Map.of());
      int partition = held.isEmpty() ? 0 : pageOf(held.get(0)).partition;
      pages.put(id, new AlertPage(partition, entry, wanted(entry)));
    } else {
      page.entry = page.entry.next(next, Math.max(revision, page.entry.revision() + 1), now);
    }
    changed.add(id);
  }

  /** Takes back a notice that was not sent. */
  void returned(String receiver, Notice notice) {
    AlertPage page = pages.get(notice.entry().alertId());
    if (page != null) {
      page.track(receiver).inFlight = false;
    }
  }

  /**
   * Applies the result of a delivery.
   *
   * @return the notice, if it will never be delivered
   */
  Optional<Lost> applyResult(String receiver, Notice notice, DeliveryResult answer, Instant now) {
    String id = notice.entry().alertId();
    AlertPage page = pages.get(id);
    if (page == null) {
      return Optional.empty();
    }
    AlertPage.Track track = page.track(receiver);
    track.inFlight = false;
    if (answer instanceof DeliveryResult.Unavailable unavailable) {
      track.failures++;
      Instant since = track.firstFailure == null ? now : track.firstFailure;
      track.firstFailure = since;
      if (mayGiveUp(receiver, notice) && !now.isBefore(since.plus(settings.giveUpAfter()))) {
        return Optional.of(
            lose(
                receiver, page, notice, "was not delivered for %s: %s", unavailable.detail(), now));
      }
      if (!unavailable.everything()) { // else the whole receiver is left alone for a while
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
    page.entry = page.entry.with(receiver, notice.after(now));
    if (notice.action() != Action.REPEAT) {
      changed.add(id);
    }
    return answer instanceof DeliveryResult.Refused refused
        ? Optional.of(new Lost(notice, page.partition, refused.detail(), true))
        : Optional.empty();
  }

  /**
   * Gives up notices that have waited too long for an unavailable receiver.
   *
   * @param why its last answer
   */
  List<Lost> expire(String receiver, String why, Instant now) {
    List<Lost> lost = new ArrayList<>();
    for (AlertPage page : pages.values()) {
      AlertPage.Track track = page.track(receiver);
      if (track.inFlight || now.isBefore(page.entry.changedAt().plus(settings.giveUpAfter()))) {
        continue;
      }
      next(page, receiver, track, false, now)
          .map(action -> new Notice(action, page.entry, page.entry.notified(receiver)))
          .filter(notice -> notice.action() != Action.REPEAT && mayGiveUp(receiver, notice))
          .ifPresent(
              notice ->
                  lost.add(lose(receiver, page, notice, "was not delivered for %s: %s", why, now)));
    }
    return lost;
  }

  /** Open incidents are never given up for receivers that need repeats, such as Alertmanager. */
  private boolean mayGiveUp(String receiver, Notice notice) {
    ReceiverSettings to = receivers.get(receiver);
    return to == null || !to.type().habits().forgets() || !notice.entry().incident().open();
  }

  private Lost lose(
      String receiver, AlertPage page, Notice notice, String format, String why, Instant now) {
    AlertPage.Track track = page.track(receiver);
    track.attempted = false;
    track.failures = 0;
    track.firstFailure = null;
    track.notBefore = null;
    boolean over = !page.entry.incident().open(); // its end is given up with its opening
    Notice last =
        over ? new Notice(Action.RESOLVE, page.entry, page.entry.notified(receiver)) : notice;
    page.entry = page.entry.with(receiver, last.after(now));
    changed.add(notice.entry().alertId());
    return new Lost(notice, page.partition, format.formatted(settings.giveUpAfter(), why), false);
  }

  /** Drops incidents about which every receiver has been notified. */
  void sweep(Instant now) {
    for (AlertPage page : List.copyOf(pages.values())) {
      if (page.entry.grouping() instanceof Member
          ? !page.entry.incident().open()
          : done(page, now)) {
        remove(page);
      }
    }
  }

  private boolean done(AlertPage page, Instant now) {
    return !(page.entry.grouping() instanceof Waiting)
        && receivers.values().stream()
            .allMatch(
                receiver -> {
                  AlertPage.Track track = page.track(receiver.name());
                  return !track.inFlight
                      && NotificationPolicy.done(
                          page.entry,
                          page.entry.notified(receiver.name()),
                          receiver.type().habits(),
                          page.wanted.contains(receiver.name()) || track.attempted,
                          now);
                });
  }

  private void remove(AlertPage page) {
    String id = page.entry.alertId();
    pages.remove(id);
    dropped.put(id, page.partition);
    changed.add(id);
    followers.values().removeIf(id::equals);
  }

  /** Alerts that changed since the last call, by id. */
  Map<String, Change> changes() {
    Map<String, Change> changes = new LinkedHashMap<>();
    for (String id : changed) {
      Optional<AlertEntry> entry = Optional.ofNullable(pages.get(id)).map(page -> page.entry);
      changes.put(id, new Change(partitionOf(id), entry));
    }
    changed.clear();
    dropped.clear();
    return changes;
  }

  /** Number of incidents whose current state was not delivered to a receiver. */
  int waiting(String receiver, Instant now) {
    int waiting = 0;
    for (AlertPage page : pages.values()) {
      if (next(page, receiver, page.track(receiver), false, now)
          .filter(action -> action != Action.REPEAT)
          .isPresent()) {
        waiting++;
      }
    }
    return waiting;
  }

  /** How many of these wait for the receiver's limit. */
  int limited(String receiver) {
    RateLimitDigest summary = limited.get(receiver);
    return summary == null ? 0 : summary.waiting();
  }

  /** How many alerts of a partition are known. */
  long size(int partition) {
    return pages.values().stream().filter(page -> page.partition == partition).count();
  }
}
