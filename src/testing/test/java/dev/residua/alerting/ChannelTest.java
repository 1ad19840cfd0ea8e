package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.frame.SceneName;
import dev.residua.incident.Incident;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.testing.Incidents;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Notifications that cannot be made or sent, among others that can. */
class ChannelTest {
  private static final Instant NOW = Instant.parse("2026-05-01T10:05:00Z");
  private static final DeliveryResult ACCEPTED = new DeliveryResult.Accepted("202");

  private final List<Long> failures = new ArrayList<>();

  private static Notification notification(long offset) {
    Incident incident = Incidents.opened();
    return new Notification(
        Action.OPEN,
        new AlertEntry(incident.id(), incident, offset, NOW, NOW, Optional.empty(), Map.of()),
        NotifiedState.NOTHING);
  }

  /** Fails at every request that contains the notification of offset 1. */
  private static Channel channel(ReceiverSettings receiver, RuntimeException failure) {
    Protocol protocol =
        new Protocol() {
          @Override
          public OutgoingRequest request(List<Notification> notifications, Instant now) {
            if (notifications.stream()
                .anyMatch(notification -> notification.entry().revision() == 1)) {
              throw failure;
            }
            return new OutgoingRequest(
                URI.create("http://am.test"), Map.of(), OutgoingRequest.JSON, new byte[0]);
          }

          @Override
          public Optional<OutgoingRequest> change(Activation activation, Instant now) {
            throw failure;
          }
        };
    return new Channel(
        receiver, protocol, (request, now) -> ACCEPTED, Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private List<DeliveryResult> deliver(ReceiverSettings receiver, RuntimeException failure)
      throws InterruptedException {
    failures.clear();
    return channel(receiver, failure)
        .deliver(
            List.of(notification(0), notification(1), notification(2)),
            () -> true,
            (notification, why) -> failures.add(notification.entry().revision()));
  }

  @Test
  void shouldRefuseOnlyTheNotificationOfWhichNoRequestCanBeMade() throws InterruptedException {
    for (ReceiverSettings receiver :
        List.of(Receivers.webhook(r -> {}), Receivers.alertmanager(r -> {}))) {
      // When
      List<DeliveryResult> results = deliver(receiver, new IllegalArgumentException("odd"));
      // Then
      assertThat(results)
          .containsExactly(
              ACCEPTED, new DeliveryResult.Refused("no request can be made of it: odd"), ACCEPTED);
    }
  }

  @Test
  void shouldTryAgainLaterOnlyTheNotificationThatFailsUnexpectedly() throws InterruptedException {
    for (ReceiverSettings receiver :
        List.of(Receivers.webhook(r -> {}), Receivers.alertmanager(r -> {}))) {
      // When
      List<DeliveryResult> results = deliver(receiver, new IllegalStateException("odd"));
      // Then
      assertThat(results).hasSize(3).element(0).isEqualTo(ACCEPTED);
      assertThat(results.get(1))
          .isInstanceOfSatisfying(
              DeliveryResult.Unavailable.class,
              unavailable -> {
                assertThat(unavailable.everything()).isFalse();
                assertThat(unavailable.detail()).contains("odd");
              });
      assertThat(results.get(2)).isEqualTo(ACCEPTED);
      assertThat(failures).containsExactly(1L);
    }
  }

  @Test
  void shouldRefuseAModelChangeThatFailsUnexpectedly() throws InterruptedException {
    // When
    Optional<DeliveryResult> result =
        channel(Receivers.webhook(r -> {}), new IllegalStateException("odd"))
            .change(
                new Activation(
                    1, SceneName.DEFAULT, "m", "", Activation.Kind.PROMOTION, NOW, "me", "a test"));
    // Then
    assertThat(result.orElseThrow()).isInstanceOf(DeliveryResult.Refused.class);
  }
}
