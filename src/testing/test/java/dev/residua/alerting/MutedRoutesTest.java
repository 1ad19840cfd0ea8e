package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.testing.Incidents;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Receivers whose routes are muted from 22:00 to 06:00. */
class MutedRoutesTest {
  private static final DeliveryResult TAKEN = new DeliveryResult.Accepted("202");
  private static final DeliveryResult AWAY =
      new DeliveryResult.Unavailable("500", Optional.empty(), false);
  private static final TimeInterval NIGHT =
      TimeInterval.of(
          "night",
          List.of("22:00-24:00", "00:00-06:00"),
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          "UTC");

  private final Map<String, AlertEntry> stored = new HashMap<>();
  private final List<String> delivered = new ArrayList<>();
  private AlertingSettings settings =
      settings(
          GroupSettings.OFF,
          List.of(Receivers.slack(r -> {}), Receivers.pagerduty(r -> {})),
          byDay("chat"),
          Route.of("always", ".*", ".*", Severity.CRITICAL, Set.of("pager")));
  private PendingAlerts book = new PendingAlerts(settings, new Random(7));
  private Instant now;
  private long offset;

  /** A route of all incidents that is muted at night. */
  private static Route byDay(String receiver) {
    return Route.of("day", ".*", ".*", Severity.INFO, Set.of(receiver))
        .with(List.of(NIGHT), List.of());
  }

  private static AlertingSettings settings(
      GroupSettings groups, List<ReceiverSettings> receivers, Route... routes) {
    return new AlertingSettings(
        receivers,
        List.of(routes),
        Optional.of(URI.create("https://residua.test/")),
        Duration.ofDays(1),
        groups,
        Optional.empty());
  }

  private void use(AlertingSettings next) {
    settings = next;
    restart();
  }

  private void restart() {
    book = new PendingAlerts(settings, new Random(7));
    stored.values().forEach(entry -> book.restore(3, entry));
  }

  private void at(String time) {
    now = Instant.parse("2026-05-%sZ".formatted(time));
  }

  private void record(String source, State state, Severity severity, int flaps) {
    Incident incident =
        Incidents.with(
            i -> {
              i.id = "incident-" + source;
              i.source = source;
              i.state = state;
              i.severity = severity;
              i.flaps = flaps;
              i.labels = Map.of("lamp", "3");
              i.sequence = 200 + offset;
            });
    book.incident(incident, new PendingAlerts.Position(3, ++offset, now, false), now);
  }

  private void record(State state) {
    record("cam1", state, Severity.WARNING, 0);
  }

  private List<String> round() {
    return round(Map.of());
  }

  private List<String> round(Map<String, DeliveryResult> answers) {
    delivered.clear();
    book.group(now);
    book.escalate(Map.of(), now);
    StoredAlerts.take(book, stored);
    for (ReceiverSettings receiver : settings.receivers()) {
      String name = receiver.name();
      DeliveryResult answer = answers.getOrDefault(name, TAKEN);
      for (int batch = 0; batch < 3; batch++) {
        for (Notification due : book.due(name, 100, 100, Map.of(), now)) {
          book.applyResult(name, due, answer, now);
          if (answer.equals(TAKEN)) {
            delivered.add(due.action() + " " + name);
          }
        }
      }
    }
    book.sweep(now);
    StoredAlerts.take(book, stored);
    return List.copyOf(delivered);
  }

  @Test
  void shouldNotifyOfAnOpenIncidentWhenTheMuteTimeEndsAlsoAfterARestart() {
    // Given
    at("01T23:00:00");
    record(State.OPENED);
    List<String> night = round();
    restart();
    at("02T05:59:59");
    List<String> late = round();

    // When
    at("02T06:00:00");
    List<String> morning = round();
    at("02T07:00:00");
    record(State.RESOLVED);

    // Then
    assertThat(night).isEmpty();
    assertThat(late).isEmpty();
    assertThat(morning).containsExactly("OPEN chat");
    assertThat(round()).containsExactly("RESOLVE chat");
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldNotNotifyOfAnIncidentThatBeganAndEndedMeanwhile() {
    // Given
    at("01T23:00:00");
    record(State.OPENED);
    round();

    // When
    at("02T01:00:00");
    record(State.RESOLVED);
    List<String> night = round();
    at("02T06:00:00");

    // Then
    assertThat(night).isEmpty();
    assertThat(round()).isEmpty();
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldSendTheEndOfAnIncidentThatAReceiverWasNotifiedOfAndNoUpdate() {
    // Given
    at("01T21:00:00");
    record(State.OPENED);
    List<String> evening = round();

    // When
    at("01T23:00:00");
    record("cam1", State.ESCALATED, Severity.CRITICAL, 0);
    List<String> worse = round();
    at("02T01:00:00");
    record("cam1", State.RESOLVED, Severity.CRITICAL, 0);

    // Then
    assertThat(evening).containsExactly("OPEN chat");
    assertThat(worse).containsExactly("OPEN pager");
    assertThat(round()).containsExactlyInAnyOrder("RESOLVE chat", "RESOLVE pager");
  }

  @Test
  void shouldSendAnUpdateThatWasHeldBackWhenTheMuteTimeEnds() {
    // Given
    at("01T21:00:00");
    record(State.OPENED);
    round();
    at("01T23:00:00");
    record("cam1", State.ESCALATED, Severity.CRITICAL, 0);
    round();

    // When
    at("02T06:00:00");

    // Then
    assertThat(round()).containsExactly("UPDATE chat");
  }

  @Test
  void shouldNotLoseAnIncidentFromBeforeTheMuteTimeIfTheReceiverIsAway() {
    // Given
    at("01T21:59:00");
    record(State.OPENED);
    round(Map.of("chat", AWAY));
    at("01T23:00:00");
    record(State.RESOLVED);
    List<String> night = round();
    restart();

    // When
    at("02T06:00:00");

    // Then
    assertThat(night).isEmpty();
    assertThat(round()).containsExactly("OPEN chat", "RESOLVE chat");
  }

  @Test
  void shouldNotifyThroughEveryOtherRoute() {
    // Given
    use(
        settings(
            GroupSettings.OFF,
            List.of(Receivers.slack(r -> {})),
            byDay("chat"),
            Route.of("worst", ".*", ".*", Severity.CRITICAL, Set.of("chat"))));

    // When
    at("01T23:00:00");
    record("cam1", State.OPENED, Severity.WARNING, 0);
    record("cam2", State.OPENED, Severity.CRITICAL, 0);

    // Then
    assertThat(round()).containsExactly("OPEN chat");
    at("02T06:00:00");
    assertThat(round()).containsExactly("OPEN chat");
  }

  @Test
  void shouldNotifyOnlyInActiveTimes() {
    // Given
    use(
        settings(
            GroupSettings.OFF,
            List.of(Receivers.slack(r -> {})),
            Route.of("night", ".*", ".*", Severity.INFO, Set.of("chat"))
                .with(List.of(), List.of(NIGHT))));

    // When
    at("01T21:00:00");
    record(State.OPENED);

    // Then
    assertThat(round()).isEmpty();
    at("01T22:00:00");
    assertThat(round()).containsExactly("OPEN chat");
  }

  @Test
  void shouldBeginAnEscalationWhenTheMuteTimeEnds() {
    // Given
    use(
        settings(
            GroupSettings.OFF,
            List.of(
                Receivers.slack(
                    r ->
                        r.escalation =
                            Optional.of(new EscalationSettings("pager", Duration.ofMinutes(20)))),
                Receivers.pagerduty(r -> {})),
            byDay("chat")));
    at("01T23:00:00");
    record(State.OPENED);
    round();
    at("02T00:00:00");
    List<String> night = round();

    // When
    at("02T06:00:00");
    List<String> morning = round();
    at("02T06:20:00");

    // Then
    assertThat(night).isEmpty();
    assertThat(morning).containsExactly("OPEN chat");
    assertThat(round()).containsExactly("OPEN pager");
  }

  @Test
  void shouldGoOnRepeatingToAlertmanager() {
    // Given
    use(settings(GroupSettings.OFF, List.of(Receivers.alertmanager(r -> {})), byDay("am")));
    at("01T21:59:00");
    record(State.OPENED);
    round();

    // When
    at("01T22:30:00");

    // Then
    assertThat(round()).containsExactly("REPEAT am");
  }

  @Test
  void shouldHoldBackAGroupUntilTheMuteTimeEnds() {
    // Given
    use(
        settings(
            new GroupSettings(Duration.ofSeconds(30), 2),
            List.of(Receivers.slack(r -> {})),
            byDay("chat")));
    at("01T23:00:00");
    record("cam1", State.OPENED, Severity.WARNING, 0);
    record("cam2", State.OPENED, Severity.WARNING, 0);
    record("cam3", State.OPENED, Severity.WARNING, 0);
    round();
    at("01T23:01:00");
    List<String> night = round();
    restart();
    at("02T05:00:00");
    List<String> late = round();

    // When
    at("02T06:00:00");
    List<String> morning = round();

    // Then
    assertThat(stored.values()).anyMatch(e -> e.grouping() instanceof Grouping.Group);
    assertThat(night).isEmpty();
    assertThat(late).isEmpty();
    assertThat(morning).containsExactly("OPEN chat");
  }

  @Test
  void shouldNotNotifyOfAGroupThatEndedMeanwhile() {
    // Given
    use(
        settings(
            new GroupSettings(Duration.ofSeconds(30), 2),
            List.of(Receivers.slack(r -> {})),
            byDay("chat")));
    at("01T23:00:00");
    record("cam1", State.OPENED, Severity.WARNING, 0);
    record("cam2", State.OPENED, Severity.WARNING, 0);
    round();
    at("01T23:01:00");
    round();
    boolean grouped = stored.size() == 3;

    // When
    record("cam1", State.RESOLVED, Severity.WARNING, 0);
    record("cam2", State.RESOLVED, Severity.WARNING, 0);
    at("02T06:00:00");

    // Then
    assertThat(grouped).isTrue();
    assertThat(round()).isEmpty();
    round();
    assertThat(stored).isEmpty();
  }
}
