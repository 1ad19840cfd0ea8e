package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.testing.Incidents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random incidents, acknowledgements, crashes and receivers that do not answer, in front of a chain
 * of three receivers. An incident reaches each of them if and only if it stays open and without an
 * acknowledgement for long enough; none gets an end without a start, and all that got a start get
 * the end.
 */
class EscalationHistoriesTest {
  private static final Duration AFTER = Duration.ofMinutes(10);

  /** Time that crashes may take, in which nothing is stored. */
  private static final Duration SLACK = Duration.ofMinutes(2);

  private static final List<String> CHAIN = List.of("pager", "chat", "hook");
  private static final DeliveryResult TAKEN = new DeliveryResult.Accepted("202");
  private static final DeliveryResult AWAY =
      new DeliveryResult.Unavailable("away", Optional.empty(), false);

  private final AlertingSettings settings =
      Receivers.settings(
          Receivers.pagerduty(r -> r.escalation = to("chat")),
          Receivers.slack(r -> r.escalation = to("hook")),
          Receivers.webhook(r -> {}));

  private final List<Incident> topic = new ArrayList<>();
  private final Map<String, Instant> opened = new TreeMap<>();
  private final Map<String, Instant> settled = new TreeMap<>(); // acknowledged or ended
  private final Map<String, String> people = new HashMap<>();
  private final Map<String, AlertEntry> stored = new HashMap<>();
  private final Map<String, Map<String, State>> shown = new HashMap<>(); // by receiver
  private int committed;
  private int read;
  private PendingAlerts book;
  private Instant now = Instant.parse("2026-05-01T10:00:00Z");

  private static Optional<EscalationSettings> to(String receiver) {
    return Optional.of(new EscalationSettings(receiver, AFTER));
  }

  static List<Long> seeds() {
    return new Random(20260503).longs(60).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void shouldReachAReceiverIfNobodyAcknowledgesInTimeAndOnlyThen(long seed) {
    // Given
    Random random = new Random(seed);
    CHAIN.forEach(receiver -> shown.put(receiver, new TreeMap<>()));
    restart();
    open(); // nobody looks after the first one

    // When
    for (int step = 0; step < 800; step++) {
      now = now.plusSeconds(5);
      if (random.nextInt(20) == 0) {
        change(random);
      }
      if (!round(random, 0.1)) {
        restart();
      }
    }
    opened.keySet().stream().filter(id -> !ended(id)).toList().forEach(this::end);
    for (int step = 0; step < 40; step++) {
      now = now.plusSeconds(120);
      round(random, 0);
    }

    // Then
    for (String id : opened.keySet()) {
      Duration open = Duration.between(opened.get(id), settled.get(id));
      for (int i = 0; i < CHAIN.size(); i++) {
        Map<String, State> alerts = shown.get(CHAIN.get(i));
        Duration needed = AFTER.multipliedBy(i);
        if (i == 0 || open.compareTo(needed.plus(SLACK)) > 0) {
          assertThat(alerts).as("%s at %s", id, CHAIN.get(i)).containsEntry(id, State.RESOLVED);
        } else if (open.compareTo(needed) < 0) {
          assertThat(alerts).as("%s at %s", id, CHAIN.get(i)).doesNotContainKey(id);
        }
      }
    }
    assertThat(CHAIN)
        .allSatisfy(receiver -> assertThat(shown.get(receiver)).doesNotContainValue(State.OPENED));
    assertThat(shown.get("hook")).containsKey("i-0");
    assertThat(shown.get("hook").size()).isLessThan(shown.get("pager").size());
    assertThat(stored).isEmpty();
  }

  private void change(Random random) {
    List<String> open =
        opened.keySet().stream().filter(id -> !id.equals("i-0") && !ended(id)).toList();
    if (open.isEmpty() || random.nextInt(3) == 0) {
      open();
      return;
    }
    String id = open.get(random.nextInt(open.size()));
    if (random.nextInt(9) == 0) {
      people.put(id, "Kim");
      settled.putIfAbsent(id, now);
    } else if (random.nextInt(9) == 0) {
      end(id);
    }
  }

  private void open() {
    String id = "i-" + opened.size();
    opened.put(id, now);
    publish(id, State.OPENED);
  }

  private boolean ended(String id) {
    return topic.stream().anyMatch(one -> one.id().equals(id) && !one.open());
  }

  private void end(String id) {
    settled.putIfAbsent(id, now);
    publish(id, State.RESOLVED);
  }

  private void publish(String id, State state) {
    topic.add(
        Incidents.with(
            i -> {
              i.id = id;
              i.state = state;
              i.sequence = 100 + topic.size();
            }));
  }

  private void restart() {
    book = new PendingAlerts(settings, new Random(1));
    stored.values().forEach(entry -> book.restore(0, entry));
    read = committed;
  }

  /** Runs one round of the loop. Returns false if the process died in it. */
  private boolean round(Random random, double trouble) {
    for (; read < topic.size(); read++) {
      book.incident(topic.get(read), new PendingAlerts.Position(0, read, now, false), now);
    }
    book.escalate(people, now);
    book.sweep(now);
    if (random.nextDouble() < trouble / 3) {
      return false; // nothing is stored
    }
    store();
    committed = read;
    for (String receiver : CHAIN) {
      for (Notification notification : book.due(receiver, 10, 10, people, now)) {
        boolean arrives = random.nextDouble() >= 3 * trouble;
        if (arrives) {
          take(receiver, notification);
        }
        if (random.nextDouble() < trouble / 3) {
          return false; // the answer is lost
        }
        book.applyResult(receiver, notification, arrives ? TAKEN : AWAY, now);
      }
    }
    return true;
  }

  private void store() {
    book.changes()
        .forEach(
            (id, change) ->
                change.entry().ifPresentOrElse(e -> stored.put(id, e), () -> stored.remove(id)));
  }

  private void take(String receiver, Notification notification) {
    String id = notification.entry().alertId();
    switch (notification.action()) {
      case OPEN -> shown.get(receiver).put(id, State.OPENED);
      case RESOLVE ->
          assertThat(shown.get(receiver).put(id, State.RESOLVED)).as("%s started", id).isNotNull();
      case UPDATE, REPEAT, ACKNOWLEDGE -> {}
    }
  }
}
