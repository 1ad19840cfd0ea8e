package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Finding.Severity;
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
import java.util.Set;
import org.junit.jupiter.api.Test;

/** To whom an incident is escalated that nobody acknowledges, and when. */
class EscalationTest {
  private static final Duration AFTER = Duration.ofMinutes(15);
  private static final DeliveryResult TAKEN = new DeliveryResult.Accepted("202");
  private static final DeliveryResult AWAY =
      new DeliveryResult.Unavailable("500", Optional.empty(), false);
  private static final Map<String, String> NOBODY = Map.of();
  private static final Map<String, String> KIM = Map.of("incident-1", "Kim");

  /** The pager, after 15 minutes the chat, and after 15 more the webhook. */
  private final AlertingSettings chain =
      Receivers.settings(
          Receivers.pagerduty(r -> r.escalation = to("chat")),
          Receivers.slack(r -> r.escalation = to("hook")),
          Receivers.webhook(r -> {}));

  private final Map<String, AlertEntry> stored = new HashMap<>();
  private final List<String> delivered = new ArrayList<>();
  private AlertingSettings settings = chain;
  private PendingAlerts book = new PendingAlerts(chain, new Random(7));
  private Instant now = Instant.parse("2026-05-01T10:00:00Z");
  private long offset;

  private static Optional<EscalationSettings> to(String receiver) {
    return Optional.of(new EscalationSettings(receiver, AFTER));
  }

  private void restart() {
    book = new PendingAlerts(settings, new Random(7));
    stored.values().forEach(entry -> book.restore(3, entry));
  }

  private void record(State state, int flaps) {
    record(
        Incidents.with(
            i -> {
              i.state = state;
              i.flaps = flaps;
              i.sequence = 200 + offset;
            }));
  }

  private void record(Incident incident) {
    book.incident(incident, new PendingAlerts.Position(3, ++offset, now, false), now);
  }

  private void round(Map<String, String> acknowledgedBy, Map<String, DeliveryResult> answers) {
    book.group(now);
    book.escalate(acknowledgedBy, now);
    book.sweep(now);
    StoredAlerts.take(book, stored);
    for (ReceiverSettings receiver : settings.receivers()) {
      String name = receiver.name();
      DeliveryResult answer = answers.getOrDefault(name, TAKEN);
      for (Notification due : book.due(name, 100, 100, acknowledgedBy, now)) {
        book.applyResult(name, due, answer, now);
        if (answer.equals(TAKEN)) {
          delivered.add(due.action() + " " + name);
        }
      }
    }
    book.sweep(now);
    StoredAlerts.take(book, stored);
  }

  /** Lets time pass, with a round per minute. */
  private List<String> after(Duration time, Map<String, String> acknowledgedBy) {
    return after(time, acknowledgedBy, Map.of());
  }

  private List<String> after(
      Duration time, Map<String, String> acknowledgedBy, Map<String, DeliveryResult> answers) {
    delivered.clear();
    round(acknowledgedBy, answers);
    for (long minute = 0; minute < time.toMinutes(); minute++) {
      now = now.plusSeconds(60);
      round(acknowledgedBy, answers);
    }
    return List.copyOf(delivered);
  }

  @Test
  void shouldNotifyOneFurtherReceiverAfterAnotherAndAllOfTheEnd() {
    // Given
    record(Incidents.opened());

    // When
    List<String> soon = after(AFTER.minusMinutes(1), NOBODY);
    List<String> second = after(Duration.ofMinutes(1), NOBODY);
    List<String> third = after(AFTER, NOBODY);
    List<String> later = after(AFTER.multipliedBy(4), NOBODY);
    record(State.RESOLVED, 0);
    List<String> end = after(Duration.ofMinutes(1), NOBODY);

    // Then
    assertThat(soon).containsExactly("OPEN pager");
    assertThat(second).containsExactly("OPEN chat");
    assertThat(third).containsExactly("OPEN hook");
    assertThat(later).isEmpty();
    assertThat(end).containsExactlyInAnyOrder("RESOLVE pager", "RESOLVE chat", "RESOLVE hook");
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldNotEscalateAnAcknowledgedIncidentAlsoIfTheAcknowledgementIsForgotten() {
    // Given
    record(Incidents.opened());
    after(AFTER.minusMinutes(1), KIM);

    // When
    restart();
    List<String> later = after(AFTER.multipliedBy(4), NOBODY);

    // Then
    assertThat(later).isEmpty();
  }

  @Test
  void shouldStopTheChainWithAnAcknowledgementInTheMiddle() {
    // Given
    record(Incidents.opened());
    after(AFTER, NOBODY);

    // When
    List<String> later = after(AFTER.multipliedBy(4), KIM);

    // Then
    assertThat(later).containsExactlyInAnyOrder("ACKNOWLEDGE pager", "ACKNOWLEDGE chat");
  }

  @Test
  void shouldKeepTheAcknowledgementOfAnIncidentThatOthersFollow() {
    // Given
    record(Incidents.opened());
    after(Duration.ofMinutes(1), KIM);

    // When
    for (int i = 1; i <= 2; i++) {
      int number = i;
      record(
          Incidents.with(
              it -> {
                it.id = "incident-" + (number + 1);
                it.follows = "incident-" + number;
              }));
    }

    // Then
    assertThat(after(AFTER.multipliedBy(4), NOBODY)).noneMatch(sent -> sent.endsWith("hook"));
    assertThat(stored.get("incident-1").escalation().to()).isEmpty();
  }

  @Test
  void shouldNotEscalateAnIncidentThatHasEnded() {
    // Given
    record(Incidents.opened());
    after(AFTER.minusMinutes(1), NOBODY);

    // When
    record(State.RESOLVED, 0);

    // Then
    assertThat(after(AFTER.multipliedBy(2), NOBODY)).containsExactly("RESOLVE pager");
  }

  @Test
  void shouldWaitTheWholeTimeAgainAfterASuspension() {
    // Given
    record(Incidents.opened());
    after(AFTER.minusMinutes(1), NOBODY);

    // When
    record(State.SUSPENDED, 0);
    List<String> suspended = after(AFTER.multipliedBy(4), NOBODY);
    record(State.UPDATED, 0);
    List<String> soon = after(AFTER.minusMinutes(1), NOBODY);

    // Then
    assertThat(suspended).isEmpty();
    assertThat(soon).isEmpty();
    assertThat(after(Duration.ofMinutes(1), NOBODY)).containsExactly("OPEN chat");
  }

  @Test
  void shouldBeginAnewWithAnIncidentThatReturns() {
    // Given
    record(Incidents.opened());
    after(AFTER, NOBODY);
    record(State.RESOLVED, 0);
    after(Duration.ofMinutes(1), NOBODY);

    // When
    record(State.OPENED, 1);
    List<String> soon = after(AFTER.minusMinutes(1), NOBODY);

    // Then
    assertThat(soon).containsExactly("OPEN pager");
    assertThat(after(Duration.ofMinutes(1), NOBODY)).containsExactly("OPEN chat");
  }

  @Test
  void shouldKeepTheTimeOverARestartAndEscalateOnce() {
    // Given
    record(Incidents.opened());
    after(Duration.ofMinutes(10), NOBODY);

    // When
    restart();
    List<String> rest = after(Duration.ofMinutes(5), NOBODY);
    restart();
    List<String> later = after(Duration.ofMinutes(5), NOBODY);

    // Then
    assertThat(rest).containsExactly("OPEN chat");
    assertThat(later).isEmpty();
  }

  @Test
  void shouldEscalateWhileTheFirstReceiverIsAway() {
    // Given
    record(Incidents.opened());

    // When
    List<String> away = after(AFTER, NOBODY, Map.of("pager", AWAY));
    List<String> back = after(Duration.ofMinutes(2), NOBODY);

    // Then
    assertThat(away).containsExactly("OPEN chat");
    assertThat(back).containsExactly("OPEN pager");
  }

  @Test
  void shouldOpenAndEndAtAFurtherReceiverThatWasAway() {
    // Given
    record(Incidents.opened());
    after(AFTER, NOBODY, Map.of("chat", AWAY));

    // When
    record(State.RESOLVED, 0);
    List<String> away = after(Duration.ofMinutes(5), NOBODY, Map.of("chat", AWAY));
    restart();
    List<String> back = after(Duration.ofMinutes(5), NOBODY);

    // Then
    assertThat(away).containsExactly("RESOLVE pager");
    assertThat(back).containsExactly("OPEN chat", "RESOLVE chat");
    assertThat(stored).isEmpty();
  }

  @Test
  void shouldCountFromWhenARouteNotifiesTheReceiver() {
    // Given
    settings =
        new AlertingSettings(
            chain.receivers(),
            List.of(
                Route.of("all", ".*", ".*", Severity.INFO, Set.of("hook")),
                Route.of("bad", ".*", ".*", Severity.CRITICAL, Set.of("pager"))),
            chain.dashboard(),
            chain.giveUpAfter(),
            chain.groups(),
            Optional.empty());
    restart();
    record(Incidents.opened());
    List<String> mild = after(AFTER.multipliedBy(4), NOBODY);

    // When
    record(
        Incidents.with(
            i -> {
              i.state = State.ESCALATED;
              i.severity = Severity.CRITICAL;
              i.sequence = 300;
            }));
    List<String> soon = after(AFTER.minusMinutes(1), NOBODY);
    List<String> second = after(Duration.ofMinutes(1), NOBODY);
    List<String> third = after(AFTER.multipliedBy(4), NOBODY);

    // Then
    assertThat(mild).containsExactly("OPEN hook");
    assertThat(soon).containsExactlyInAnyOrder("UPDATE hook", "OPEN pager");
    assertThat(second).containsExactly("OPEN chat");
    assertThat(third).isEmpty(); // the last one was notified by a route
  }

  @Test
  void shouldEscalateAGroupOnceAndOnlyTheGroup() {
    // Given
    settings = GroupsTest.grouped(chain.receivers().toArray(ReceiverSettings[]::new));
    restart();
    for (int i = 0; i < 4; i++) {
      int number = i;
      record(
          Incidents.with(
              it -> {
                it.id = "i-" + number;
                it.source = "cam" + number;
                it.labels = Map.of("lamp", "3");
              }));
    }

    // When
    List<String> first = after(AFTER, NOBODY);
    List<String> acknowledged = after(AFTER.multipliedBy(4), Map.of("i-2", "Kim"));

    // Then
    assertThat(first).containsExactly("OPEN pager");
    assertThat(after(Duration.ofMinutes(1), NOBODY)).isEmpty();
    assertThat(acknowledged).contains("ACKNOWLEDGE pager").doesNotContain("OPEN hook");
  }

  @Test
  void shouldNotEscalateTheSummaryOfALimit() {
    // Given
    record(Incidents.opened());
    book.due("pager", 100, 0, NOBODY, now); // the limit is reached

    // When
    List<String> sent = after(AFTER.multipliedBy(2), NOBODY);

    // Then
    assertThat(sent).contains("OPEN chat").filteredOn(one -> one.endsWith("chat")).hasSize(1);
  }
}
