package dev.residua.alerting;

import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver's limit holds back of one partition, as an incident that the receiver is told in
 * its place: open while any incident waits. Mutable, for one thread.
 */
final class RateLimitDigest {
  /** Kind of these incidents. */
  static final String KIND = "ALERTING.HELD_BACK";

  private static final String SOURCE = "several sources";
  private static final Duration PAUSE = Duration.ofMinutes(1);
  private static final int MOST_SOURCES = 5;

  private final String receiver;
  private final int partition;
  private final int limit;
  private int waiting;
  private long over;
  private long overTold;
  private int waitingTold;

  RateLimitDigest(String receiver, int partition, int limit) {
    this.receiver = receiver;
    this.partition = partition;
    this.limit = limit;
  }

  /** Identity of the incident, the same whenever something is held back. */
  static String id(String receiver, int partition) {
    return "held-back-%s-%d".formatted(receiver, partition);
  }

  /** One was over before its turn came, and is not told by itself. */
  void over() {
    over++;
  }

  /** How many wait. */
  int waiting() {
    return waiting;
  }

  /**
   * The incident as it is now.
   *
   * @param held incidents that wait
   * @param before as it was told last; null or resolved where it is not open
   * @return null where there is nothing new to tell, or not yet
   */
  @Nullable Incident next(Collection<Incident> held, @Nullable Incident before, Instant now) {
    waiting = held.size();
    Incident open = before != null && before.open() ? before : null;
    if (held.isEmpty()) {
      if (open == null && over == 0) {
        return null;
      }
      Incident done = incident(held, open, State.RESOLVED, now);
      over = 0;
      overTold = 0;
      return done;
    }
    if (open == null) {
      return told(incident(held, null, State.OPENED, now));
    }
    boolean news = waiting != waitingTold || over != overTold;
    if (!news || now.isBefore(open.updatedAt().plus(PAUSE))) {
      return null;
    }
    return told(incident(held, open, State.ESCALATED, now));
  }

  private Incident told(Incident incident) {
    waitingTold = waiting;
    overTold = over;
    return incident;
  }

  private Incident incident(
      Collection<Incident> held, @Nullable Incident open, State state, Instant now) {
    Severity severity =
        held.stream()
            .map(Incident::severity)
            .max(Severity::compareTo)
            .orElse(open == null ? Severity.WARNING : open.severity());
    return new Incident(
        id(receiver, partition),
        SOURCE,
        state,
        severity,
        KIND,
        sentence(held),
        List.of(),
        open == null ? now : open.openedAt(),
        now,
        state == State.RESOLVED ? now : null,
        open == null ? now.toEpochMilli() : open.openedSequence(),
        now.toEpochMilli(),
        held.size() + over,
        0,
        "",
        Map.of());
  }

  private String sentence(Collection<Incident> held) {
    String ended =
        over == 0 ? "" : "%d %s over before being told".formatted(over, over == 1 ? "was" : "were");
    if (held.isEmpty()) {
      return "no incident waits for the limit of %d alerts a minute any more%s"
          .formatted(limit, ended.isEmpty() ? "" : "; " + ended);
    }
    TreeSet<String> sources = new TreeSet<>();
    held.forEach(incident -> sources.add(incident.source()));
    List<String> first = sources.stream().limit(MOST_SOURCES).toList();
    return "%d %s held back by the limit of %d alerts a minute, of %s%s%s"
        .formatted(
            held.size(),
            held.size() == 1 ? "incident is" : "incidents are",
            limit,
            String.join(", ", first),
            sources.size() > first.size()
                ? " and %d more".formatted(sources.size() - first.size())
                : "",
            ended.isEmpty() ? "" : "; " + ended);
  }
}
