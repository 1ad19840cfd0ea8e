package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.testing.Incidents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A process that dies at any moment, and a network that loses requests and answers, in front of a
 * receiver with PagerDuty's rules: a trigger joins what is open under its key or opens anew, a
 * resolve of what is not open is dropped.
 */
class PendingAlertsCrashTest {
  private static final int STEPS = 400;
  private static final int PROBLEMS = 4;
  private static final DeliveryResult AWAY =
      new DeliveryResult.Unavailable("away", Optional.empty(), false);

  private final AlertingSettings settings = Receivers.settings(Receivers.pagerduty(r -> {}));
  private final List<Incident> topic = new ArrayList<>();
  private final Map<String, AlertEntry> stored = new HashMap<>();
  private final Map<String, Boolean> open = new HashMap<>();
  private final Map<String, Integer> openings = new HashMap<>();
  private int committed;
  private int read;
  private PendingAlerts book;
  private Instant now = Instant.parse("2026-05-01T10:00:00Z");

  @ParameterizedTest
  @ValueSource(
      longs = {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
        26, 27, 28, 29, 30
      })
  void shouldNeitherLoseNorDoubleAnIncidentWhateverDies(long seed) {
    // Given
    Random random = new Random(seed);
    int[] cycles = new int[PROBLEMS];
    boolean[] on = new boolean[PROBLEMS];
    int crashes = 0;
    restart();

    // When
    for (int step = 0; step < STEPS; step++) {
      now = now.plusSeconds(5);
      int problem = random.nextInt(PROBLEMS * 3);
      if (problem < PROBLEMS) {
        on[problem] = !on[problem];
        if (on[problem]) {
          cycles[problem]++;
        }
        topic.add(incident(problem, on[problem], cycles[problem], topic.size()));
      }
      if (!round(random, 0.15)) {
        crashes++;
        restart();
      }
    }
    for (int i = 0; i < 40; i++) {
      now = now.plusSeconds(120);
      round(random, 0);
    }

    // Then
    assertThat(crashes).isGreaterThan(20);
    for (int problem = 0; problem < PROBLEMS; problem++) {
      String id = "p" + problem;
      assertThat(open.getOrDefault(id, false)).as(id).isEqualTo(on[problem]);
      assertThat(openings.getOrDefault(id, 0)).as(id).isBetween(1, cycles[problem]);
    }
    assertThat(stored.keySet()).allMatch(id -> on[Integer.parseInt(id.substring(1))]);
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
    book.sweep(now);
    Map<String, PendingAlerts.Change> changes = book.changes();
    if (random.nextDouble() < trouble / 3) {
      return false; // nothing is stored
    }
    changes.forEach(
        (id, change) ->
            change.entry().ifPresentOrElse(e -> stored.put(id, e), () -> stored.remove(id)));
    if (random.nextDouble() < trouble / 3) {
      return false; // nothing is committed
    }
    committed = read;
    for (Notification notification : book.due("pager", 10, 10, Map.of(), now)) {
      boolean arrives = random.nextDouble() >= trouble;
      if (arrives) {
        take(notification);
      }
      if (random.nextDouble() < trouble / 2) {
        return false; // the answer is heard by nobody
      }
      boolean heard = arrives && random.nextDouble() >= trouble;
      book.applyResult(
          "pager", notification, heard ? new DeliveryResult.Accepted("202") : AWAY, now);
    }
    return true;
  }

  private void take(Notification notification) {
    String id = notification.entry().incident().id();
    if (notification.action() == Action.RESOLVE) {
      open.put(id, false);
    } else if (!open.getOrDefault(id, false)) {
      open.put(id, true);
      openings.merge(id, 1, Integer::sum);
    }
  }

  private static Incident incident(int problem, boolean on, int cycle, long sequence) {
    return Incidents.with(
        i -> {
          i.id = "p" + problem;
          i.state = on ? State.OPENED : State.RESOLVED;
          i.flaps = cycle - 1;
          i.sequence = 100 + sequence;
        });
  }
}
