package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.alerting.AlertListener.Outcome;
import dev.residua.causal.Finding.Severity;
import dev.residua.incident.Incident;
import dev.residua.incident.Incident.State;
import dev.residua.incident.Subject;
import dev.residua.testing.Incidents;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Incidents that end before, while or soon after receivers are notified of them. */
class ShortIncidentsTest {
  private static final DeliveryResult ACCEPTED = new DeliveryResult.Accepted("202");
  private static final int GROUP_WAIT = 30;

  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private Instant now = Incidents.OPENED;
  private long offset;

  /** A delivered notification with the request that the receiver gets. */
  private record Delivery(long second, Action action, JsonNode body) {}

  private static Stream<ReceiverSettings> receivers() {
    return Stream.of(
        Receivers.alertmanager(r -> {}),
        Receivers.pagerduty(r -> {}),
        Receivers.slack(r -> {}),
        Receivers.teams(r -> {}),
        Receivers.webhook(r -> {}));
  }

  private static Stream<Arguments> incidents() {
    return receivers()
        .flatMap(
            receiver ->
                Stream.of(Severity.WARNING, Severity.CRITICAL)
                    .flatMap(
                        severity ->
                            IntStream.rangeClosed(1, 40)
                                .mapToObj(seconds -> Arguments.of(receiver, severity, seconds))));
  }

  private void record(PendingAlerts book, Consumer<Incidents> changes) {
    Incident incident =
        Incidents.with(
            i -> {
              i.labels = Map.of("scene", "tanks");
              i.sequence = 100 + offset;
              changes.accept(i);
            });
    book.incident(incident, new PendingAlerts.Position(0, ++offset, now, false), now);
  }

  private List<Delivery> deliver(PendingAlerts book, ReceiverSettings receiver) {
    book.group(now);
    book.outcomes().forEach((outcome, count) -> outcomes.merge(outcome, count, Integer::sum));
    book.sweep(now);
    List<Delivery> deliveries = new ArrayList<>();
    Protocol protocol = Protocol.of(receiver, new Links(Optional.empty()));
    for (Notification notification : book.due(receiver.name(), 100, 100, Map.of(), now)) {
      JsonNode body = Json.read(protocol.request(List.of(notification), now).body());
      deliveries.add(
          new Delivery(
              Duration.between(Incidents.OPENED, now).toSeconds(), notification.action(), body));
      book.applyResult(receiver.name(), notification, ACCEPTED, now);
    }
    return deliveries;
  }

  @ParameterizedTest
  @MethodSource("incidents")
  void shouldNotifyEveryReceiverOfTheStartAndTheEnd(
      ReceiverSettings receiver, Severity severity, int seconds) {
    // Given
    PendingAlerts book = new PendingAlerts(GroupsTest.grouped(receiver), new Random(7));

    // When
    List<Delivery> deliveries = new ArrayList<>();
    for (int second = 0; second < 120; second++) {
      if (second == 0) {
        record(book, i -> i.severity = severity);
      } else if (second == seconds) {
        record(
            book,
            i -> {
              i.severity = severity;
              i.state = State.RESOLVED;
            });
      }
      deliveries.addAll(deliver(book, receiver));
      now = now.plusSeconds(1);
    }

    // Then
    List<Delivery> changes = deliveries.stream().filter(d -> d.action() != Action.REPEAT).toList();
    assertThat(changes).extracting(Delivery::action).containsExactly(Action.OPEN, Action.RESOLVE);
    Delivery open = changes.get(0);
    Delivery end = changes.get(1);
    assertThat(open.second()).isEqualTo(severity == Severity.CRITICAL ? 0 : GROUP_WAIT);
    boolean forgets = receiver.type() == ReceiverType.ALERTMANAGER;
    assertThat(end.second()).isEqualTo(Math.max(seconds, open.second() + (forgets ? 60 : 1)));
    assertThat(outcomes)
        .containsExactly(
            Map.entry(severity == Severity.CRITICAL ? Outcome.AT_ONCE : Outcome.ALONE, 1));
    switch (receiver.type()) {
      case ALERTMANAGER -> {
        assertThat(time(open, "startsAt")).isEqualTo(Incidents.OPENED);
        assertThat(time(open, "endsAt"))
            .as("it fires")
            .isAfter(Incidents.OPENED.plusSeconds(end.second()));
        assertThat(time(end, "startsAt")).isEqualTo(Incidents.OPENED);
        assertThat(time(end, "endsAt")).isEqualTo(Incidents.OPENED.plusSeconds(seconds));
        assertThat(open.body().get(0).get("labels")).isEqualTo(end.body().get(0).get("labels"));
      }
      case PAGERDUTY -> {
        assertThat(open.body().path("event_action").asText()).isEqualTo("trigger");
        assertThat(open.body().at("/payload/custom_details/state").asText()).isEqualTo("OPENED");
        assertThat(end.body().path("event_action").asText()).isEqualTo("resolve");
      }
      case SLACK -> {
        assertThat(open.body().path("text").asText()).endsWith(": opened");
        assertThat(end.body().path("text").asText()).endsWith(": resolved");
      }
      case TEAMS -> {
        String title = "/attachments/0/content/body/0/inlines/0/text";
        assertThat(open.body().at(title).asText()).endsWith(": opened");
        assertThat(end.body().at(title).asText()).endsWith(": resolved");
      }
      case EMAIL -> throw new AssertionError("a mail is not JSON");
      case MQTT -> throw new AssertionError("nothing is sent over HTTP");
      case WEBHOOK -> {
        assertThat(open.body().path("type").asText()).isEqualTo("dev.residua.incident.opened");
        assertThat(end.body().path("type").asText()).isEqualTo("dev.residua.incident.resolved");
        assertThat(open.body().path("id")).isNotEqualTo(end.body().path("id"));
      }
    }
  }

  private static Instant time(Delivery delivery, String name) {
    return Instant.parse(delivery.body().get(0).path(name).asText());
  }

  @Test
  void shouldNotifyAtOnceOfAnIncidentThatBecomesCriticalWhileItWaits() {
    // Given
    ReceiverSettings pager = Receivers.pagerduty(r -> {});
    PendingAlerts book = new PendingAlerts(GroupsTest.grouped(pager), new Random(7));
    record(book, i -> {});
    List<Delivery> before = deliver(book, pager);
    now = now.plusSeconds(5);

    // When
    record(
        book,
        i -> {
          i.state = State.ESCALATED;
          i.severity = Severity.CRITICAL;
        });

    // Then
    assertThat(before).isEmpty();
    assertThat(deliver(book, pager)).extracting(Delivery::action).containsExactly(Action.OPEN);
  }

  @Test
  void shouldPageTwiceForThirtyCriticalSourcesOfOneLamp() {
    // Given
    ReceiverSettings pager = Receivers.pagerduty(r -> {});
    PendingAlerts book = new PendingAlerts(GroupsTest.grouped(pager), new Random(7));

    // When
    List<Delivery> deliveries = new ArrayList<>();
    for (int second = 0; second < 90; second++) {
      if (second < 30) {
        int source = second;
        record(
            book,
            i -> {
              i.id = "i-" + source;
              i.source = "cam" + source;
              i.severity = Severity.CRITICAL;
              i.subject = Subject.latent("light", false);
              i.labels = Map.of("scene", "tanks", "lamp", "3");
            });
      }
      deliveries.addAll(deliver(book, pager));
      now = now.plusSeconds(1);
    }

    // Then
    List<String> sources =
        deliveries.stream()
            .filter(delivery -> delivery.action() == Action.OPEN)
            .map(delivery -> delivery.body().at("/payload/source").asText())
            .toList();
    assertThat(sources).containsExactly("cam0", "lamp 3");
    assertThat(outcomes)
        .containsExactlyInAnyOrderEntriesOf(Map.of(Outcome.AT_ONCE, 1, Outcome.GROUPED, 29));
  }

  @Test
  void shouldCountEveryIncidentThatReceiversAreNotNotifiedOfOnItsOwn() {
    // Given
    ReceiverSettings pager = Receivers.pagerduty(r -> {});
    PendingAlerts book = new PendingAlerts(GroupsTest.grouped(pager), new Random(7));
    for (int source = 0; source < 4; source++) {
      int number = source;
      record(
          book,
          i -> {
            i.id = "i-" + number;
            i.source = "cam" + number;
          });
    }
    record(
        book,
        i -> {
          i.id = "i-3";
          i.source = "cam3";
          i.state = State.CLOSED;
          i.reason = Incident.Reason.MERGED;
          i.mergedInto = "i-other";
        });

    // When
    now = now.plusSeconds(GROUP_WAIT);
    deliver(book, pager);

    // Then
    assertThat(outcomes)
        .containsExactlyInAnyOrderEntriesOf(Map.of(Outcome.GROUPED, 3, Outcome.MERGED, 1));
  }
}
