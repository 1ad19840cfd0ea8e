package dev.residua.alerting;

import dev.residua.causal.Finding.Severity;
import dev.residua.causal.Summary;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Summarises the incidents that a receiver's rate limit suppresses, as one incident that is open
 * while any of them waits. Mutable, for one thread.
 */
final class RateLimitDigest {
  static final String KIND = "ALERTING.LIMITED";

  private static final String SOURCE = "several sources";
  private static final Duration PAUSE = Duration.ofMinutes(1);
  private static final int MOST_SOURCES = 5;

  private final String receiver;
  private final int limit;
  private int waiting;
  private long over;
  private long overReported;
  private int waitingReported;

  RateLimitDigest(String receiver, int limit) {
    this.receiver = receiver;
    this.limit = limit;
  }

  /** Identity of the incident, which is reused for every digest. */
  static String id(String receiver) {
    return "held-back-" + receiver;
  }

  /** Counts an incident that ended while it waited, and gets no notification of its own. */
  void over() {
    over++;
  }

  int waiting() {
    return waiting;
  }

  /**
   * The next state of the incident.
   *
   * @param held incidents that wait
   * @param before state that was delivered last; null or resolved if it is not open
   * @return null if there is nothing new to deliver, or not yet
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
      overReported = 0;
      return done;
    }
    if (open == null) {
      return digest(incident(held, null, State.OPENED, now));
    }
    boolean news = waiting != waitingReported || over != overReported;
    if (!news || now.isBefore(open.updatedAt().plus(PAUSE))) {
      return null;
    }
    return digest(incident(held, open, State.ESCALATED, now));
  }

  private Incident digest(Incident incident) {
    waitingReported = waiting;
    overReported = over;
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
        id(receiver),
        SOURCE,
        Subject.UNDETERMINED,
        state,
        null,
        severity,
        KIND,
        summary(held),
        null,
        List.of(),
        null,
        null,
        open == null ? now : open.openedAt(),
        now,
        state == State.RESOLVED ? now : null,
        open == null ? now.toEpochMilli() : open.openedSequence(),
        now.toEpochMilli(),
        held.size() + over,
        0,
        null,
        null,
        "",
        "",
        null,
        Map.of());
  }

  private Summary summary(Collection<Incident> held) {
    return Summary.of(
        explanation(held),
        held.isEmpty()
            ? "Alert limit suppresses no incident now"
            : held.size() == 1
                ? "Alert limit suppresses %s incident"
                : "Alert limit suppresses %s incidents",
        Integer.toString(held.size()));
  }

  private String explanation(Collection<Incident> held) {
    String ended =
        over == 0
            ? ""
            : "%d %s over before being delivered".formatted(over, over == 1 ? "was" : "were");
    if (held.isEmpty()) {
      return "no incident waits any longer for the limit of %d alerts per minute%s"
          .formatted(limit, ended.isEmpty() ? "" : "; " + ended);
    }
    TreeSet<String> sources = new TreeSet<>();
    held.forEach(incident -> sources.add(incident.source()));
    List<String> first = sources.stream().limit(MOST_SOURCES).toList();
    return "%d %s suppressed by the limit of %d alerts per minute, of %s%s%s"
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
