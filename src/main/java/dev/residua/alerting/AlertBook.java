package dev.residua.alerting;

import dev.residua.alerting.NotifiedState.Stage;
import dev.residua.alerting.ReceiverType.Habits;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The incidents of one partition that receivers have to be notified of. Knows no clock and sends
 * nothing: records, time and answers in; notices, and what must be stored, out. For one thread.
 */
final class AlertBook {
  private final int partition;
  private final AlertingSettings settings;
  private final Map<String, ReceiverSettings> receivers = new LinkedHashMap<>();
  private final RandomGenerator random;
  private final Map<String, Page> pages = new HashMap<>(); // by alert

  /** Alert of each incident that follows another; those of the others have the incident's id. */
  private final Map<String, String> followers = new HashMap<>();

  private final Set<String> changed = new HashSet<>();
  private final Map<String, RateLimitDigest> limited = new HashMap<>();

  /** An incident with the state of its notices in this process. */
  private static final class Page {
    AlertEntry entry;
    Set<String> wanted;
    final Map<String, Track> tracks = new HashMap<>();

    Page(AlertEntry entry, Set<String> wanted) {
      this.entry = entry;
      this.wanted = wanted;
    }

    Track track(String receiver) {
      return tracks.computeIfAbsent(receiver, name -> new Track());
    }
  }

  /** Attempts of this process to deliver one incident to one receiver. */
  private static final class Track {
    boolean inFlight;

    /** Whether it may have received the incident without an answer. */
    boolean attempted;

    int failures;
    @Nullable Instant firstFailure;
    @Nullable Instant notBefore;
    @Nullable Instant lastSent;
  }

  /**
   * A notice that will not be delivered.
   *
   * @param why for a person
   * @param refused whether the receiver refused it, rather than not answer
   */
  record Lost(Notice notice, String why, boolean refused) {}

  AlertBook(int partition, AlertingSettings settings, RandomGenerator random) {
    this.partition = partition;
    this.settings = settings;
    this.random = random;
    settings
        .receivers()
        .forEach(
            receiver -> {
              receivers.put(receiver.name(), receiver);
              limited.put(
                  receiver.name(),
                  new RateLimitDigest(receiver.name(), partition, receiver.limit()));
            });
  }

  /** Adds an entry that an earlier owner of the partition stored. */
  void restore(AlertEntry entry) {
    pages.put(entry.alertId(), new Page(entry, wanted(entry)));
    if (!entry.incident().id().equals(entry.alertId())) {
      followers.put(entry.incident().id(), entry.alertId());
    }
  }

  private Set<String> wanted(AlertEntry entry) {
    return entry
        .only()
        .<Set<String>>map(Set::of)
        .orElseGet(() -> settings.receiversOf(entry.incident()));
  }

  /**
   * Applies a record of the topic.
   *
   * @param offset of the record; one that was applied before changes nothing
   * @param at when it was written
   * @param history whether it was written before alerting began; resolved incidents of that time
   *     are ignored
   */
  void incident(Incident incident, long offset, Instant at, boolean history) {
    String alert = alertOf(incident.id());
    Page page = pages.get(alert);
    if (page == null && incident.follows() != null) {
      String continued = alertOf(incident.follows());
      page = pages.get(continued);
      if (page != null) {
        alert = continued;
        followers.put(incident.id(), alert);
      }
    }
    if (page != null
        && (page.entry.revision() >= offset || isReplaced(incident, page.entry.incident()))) {
      return;
    }
    AlertEntry entry =
        page == null
            ? new AlertEntry(alert, incident, offset, at, at, Optional.empty(), Map.of())
            : page.entry.next(incident, offset, at);
    Set<String> wanted = wanted(entry);
    if (page == null) {
      if (wanted.isEmpty() || (history && !incident.open()) || isContinued(incident)) {
        return;
      }
      pages.put(alert, new Page(entry, wanted));
    } else {
      page.entry = entry;
      page.wanted = wanted;
    }
    changed.add(alert);
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
   * @param acknowledged whether someone looks at the incident with an id
   */
  List<Notice> due(
      String receiver, int room, int budget, Predicate<String> acknowledged, Instant now) {
    List<Notice> candidates = new ArrayList<>();
    for (Page page : pages.values()) {
      Track track = page.track(receiver);
      if (!track.inFlight && (track.notBefore == null || !now.isBefore(track.notBefore))) {
        next(page, receiver, track, acknowledged, now)
            .ifPresent(
                action ->
                    candidates.add(new Notice(action, page.entry, page.entry.notified(receiver))));
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
    List<Incident> held = new ArrayList<>();
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
        Track track = pageOf(notice).track(receiver);
        track.inFlight = true;
        track.attempted |= notice.action() == Action.OPEN;
        due.add(notice);
      }
    }
    summarise(receiver, held, now);
    return due;
  }

  private Page pageOf(Notice notice) {
    return java.util.Objects.requireNonNull(pages.get(notice.entry().alertId()));
  }

  private Optional<Action> next(
      Page page, String receiver, Track track, Predicate<String> acknowledged, Instant now) {
    ReceiverSettings to = receivers.get(receiver);
    if (to == null) {
      return Optional.empty();
    }
    return NotificationPolicy.next(
        page.entry,
        page.entry.notified(receiver),
        to.type().habits(),
        to.repeatInterval(),
        page.wanted.contains(receiver) || track.attempted,
        acknowledged.test(page.entry.incident().id()),
        track.lastSent,
        now);
  }

  /** Whether a notice counts for the limit; a resolution never does. */
  static boolean limited(Notice notice) {
    return notice.entry().only().isEmpty()
        && (notice.action() == Action.OPEN || notice.action() == Action.UPDATE);
  }

  private void holdBack(String receiver, Notice notice, List<Incident> held, Instant now) {
    Incident incident = notice.entry().incident();
    if (incident.open()) {
      held.add(incident);
      return;
    }
    RateLimitDigest summary = limited.get(receiver);
    if (summary != null) {
      summary.over();
    }
    Page page = pageOf(notice);
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
                false));
    changed.add(page.entry.alertId());
  }

  private void summarise(String receiver, List<Incident> held, Instant now) {
    RateLimitDigest summary = limited.get(receiver);
    if (summary == null) {
      return;
    }
    String id = RateLimitDigest.id(receiver, partition);
    Page page = pages.get(id);
    Incident next = summary.next(held, page == null ? null : page.entry.incident(), now);
    if (next == null) {
      return;
    }
    long revision = next.updatedSequence();
    if (page == null) {
      AlertEntry entry =
          new AlertEntry(id, next, revision, now, now, Optional.of(receiver), Map.of());
      pages.put(id, new Page(entry, wanted(entry)));
    } else {
      page.entry = page.entry.next(next, Math.max(revision, page.entry.revision() + 1), now);
    }
    changed.add(id);
  }

  /** Takes back a notice that was not sent. */
  void returned(String receiver, Notice notice) {
    Page page = pages.get(notice.entry().alertId());
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
    Page page = pages.get(id);
    if (page == null) {
      return Optional.empty();
    }
    Track track = page.track(receiver);
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
        ? Optional.of(new Lost(notice, refused.detail(), true))
        : Optional.empty();
  }

  /**
   * Gives up notices that have waited too long for an unavailable receiver.
   *
   * @param why its last answer
   */
  List<Lost> expire(String receiver, String why, Instant now) {
    List<Lost> lost = new ArrayList<>();
    for (Page page : pages.values()) {
      Track track = page.track(receiver);
      if (track.inFlight || now.isBefore(page.entry.changedAt().plus(settings.giveUpAfter()))) {
        continue;
      }
      next(page, receiver, track, id -> false, now)
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
      String receiver, Page page, Notice notice, String format, String why, Instant now) {
    Track track = page.track(receiver);
    track.attempted = false;
    track.failures = 0;
    track.firstFailure = null;
    track.notBefore = null;
    page.entry = page.entry.with(receiver, notice.after(now));
    changed.add(notice.entry().alertId());
    return new Lost(notice, format.formatted(settings.giveUpAfter(), why), false);
  }

  /** Drops incidents about which every receiver has been notified. */
  void sweep(Instant now) {
    for (Iterator<Page> all = pages.values().iterator(); all.hasNext(); ) {
      Page page = all.next();
      boolean done =
          receivers.values().stream()
              .allMatch(
                  receiver -> {
                    Habits habits = receiver.type().habits();
                    return !page.track(receiver.name()).inFlight
                        && NotificationPolicy.done(
                            page.entry,
                            page.entry.notified(receiver.name()),
                            habits,
                            page.wanted.contains(receiver.name())
                                || page.track(receiver.name()).attempted,
                            now);
                  });
      if (done) {
        changed.add(page.entry.alertId());
        followers.values().removeIf(page.entry.alertId()::equals);
        all.remove();
      }
    }
  }

  /** Entries that changed since the last call, by incident; empty for dropped ones. */
  Map<String, Optional<AlertEntry>> changes() {
    Map<String, Optional<AlertEntry>> changes = new LinkedHashMap<>();
    for (String id : changed) {
      changes.put(id, Optional.ofNullable(pages.get(id)).map(page -> page.entry));
    }
    changed.clear();
    return changes;
  }

  /** Number of incidents whose current state was not delivered to a receiver. */
  int waiting(String receiver, Instant now) {
    int waiting = 0;
    for (Page page : pages.values()) {
      if (next(page, receiver, page.track(receiver), id -> false, now)
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

  /** How many incidents are known. */
  int size() {
    return pages.size();
  }
}
