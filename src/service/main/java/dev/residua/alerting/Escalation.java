package dev.residua.alerting;

import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Escalation of an alert that nobody acknowledges, since it opened last. Immutable.
 *
 * @param acknowledged true if a person has acknowledged it; nothing is escalated after that
 * @param since when each receiver that has a further one began to wait for an acknowledgement
 * @param to when it was escalated to each receiver
 */
public record Escalation(
    boolean acknowledged, Map<String, Instant> since, Map<String, Instant> to) {
  /** No receiver waits. */
  public static final Escalation NONE = new Escalation(false, Map.of(), Map.of());

  public Escalation {
    since = Collections.unmodifiableSortedMap(new TreeMap<>(since));
    to = Collections.unmodifiableSortedMap(new TreeMap<>(to));
  }

  /**
   * The escalation at a time. A receiver begins to wait when it is to be notified, and again after
   * a suspension.
   *
   * @param steps further receivers, by the name of the one that waits
   * @param routed returns true for receivers that are notified without an escalation
   * @param active true if the incident is open and not suspended
   * @param acknowledgedNow true if a person has acknowledged it by now
   */
  Escalation next(
      Map<String, EscalationSettings> steps,
      Predicate<String> routed,
      boolean active,
      boolean acknowledgedNow,
      Instant now) {
    if (!active || acknowledged || acknowledgedNow) {
      return new Escalation(acknowledged || acknowledgedNow, Map.of(), to);
    }
    Map<String, Instant> waiting = new HashMap<>();
    Map<String, Instant> reached = new HashMap<>(to);
    steps.forEach(
        (receiver, step) -> {
          if (routed.test(receiver) || to.containsKey(receiver)) {
            Instant begin = since.getOrDefault(receiver, now);
            waiting.put(receiver, begin);
            if (!routed.test(step.to()) && !now.isBefore(begin.plus(step.after()))) {
              reached.putIfAbsent(step.to(), now);
            }
          }
        });
    return new Escalation(false, waiting, reached);
  }
}
