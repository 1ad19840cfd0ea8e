package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.alerting.PipelineProgress.Offsets;
import dev.residua.alerting.PipelineProgress.Partition;
import dev.residua.testing.SetClock;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HeartbeatTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Partition FRAMES = new Partition("residua.score", "residua.frames", 0);
  private static final Logger LOG = Logger.getLogger(Heartbeat.class.getName());

  private Instant now = Instant.parse("2026-05-01T10:00:00Z");
  private final Clock clock = new SetClock(() -> now);

  private final List<OutgoingRequest> sent = new ArrayList<>();
  private final List<String> logged = new ArrayList<>();
  private final Handler handler =
      new Handler() {
        @Override
        public void publish(LogRecord line) {
          logged.add(line.getLevel() + " " + line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  private DeliveryResult answer = new DeliveryResult.Accepted("200");
  private boolean notifies = true;
  private Callable<Map<Partition, Offsets>> offsets = () -> Map.of(FRAMES, new Offsets(1, 1));

  @BeforeEach
  void listen() {
    LOG.addHandler(handler);
  }

  @AfterEach
  void leave() {
    LOG.removeHandler(handler);
  }

  private Heartbeat to(ReceiverSettings receiver) {
    Protocol protocol = Protocol.of(receiver, new Links(Optional.of(URI.create("https://r.test"))));
    Sender sender =
        (request, at) -> {
          sent.add(request);
          return answer;
        };
    return new Heartbeat(
        new Channel(receiver, protocol, sender, clock),
        MINUTE,
        () -> notifies,
        () -> offsets.call(),
        clock);
  }

  private void beat(Heartbeat heartbeat, int times) throws InterruptedException {
    for (int i = 0; i < times; i++) {
      heartbeat.beat();
      now = now.plus(MINUTE);
    }
  }

  @Test
  void shouldSendASignedEventToAWebhook() throws Exception {
    // When
    beat(to(Receivers.webhook(r -> {})), 2);

    // Then
    JsonNode event = Json.read(sent.get(0).body());
    assertThat(event.path("type").asText()).isEqualTo("dev.residua.heartbeat");
    assertThat(event.path("id").asText()).isEqualTo(sent.get(0).headers().get("webhook-id"));
    assertThat(event.at("/data/interval").asText()).isEqualTo("PT1M");
    assertThat(sent.get(0).headers()).containsKey("webhook-signature");
    assertThat(Json.read(sent.get(1).body()).path("id")).isNotEqualTo(event.path("id"));
  }

  @Test
  void shouldFireInAlertmanagerUntilFourIntervalsAfterTheLastOne() throws Exception {
    // When
    beat(to(Receivers.alertmanager(r -> {})), 1);

    // Then
    assertThat(sent.get(0).url()).hasToString("http://am.test:9093/api/v2/alerts");
    JsonNode alert = Json.read(sent.get(0).body()).path(0);
    assertThat(alert.at("/labels/alertname").asText()).isEqualTo("ResiduaHeartbeat");
    assertThat(alert.path("endsAt").asText()).isEqualTo("2026-05-01T10:04:00Z");
  }

  @Test
  void shouldSendNothingInAProcessThatDoesNotNotify() throws Exception {
    // Given
    notifies = false;

    // When
    beat(to(Receivers.webhook(r -> {})), 3);

    // Then
    assertThat(sent).isEmpty();
    assertThat(logged).isEmpty();
  }

  @Test
  void shouldStopWhenFramesArriveAndNoneIsScoredAndSayItOnce() throws Exception {
    // Given
    long[] end = {1};
    offsets = () -> Map.of(FRAMES, new Offsets(1, end[0]++));
    Heartbeat heartbeat = to(Receivers.webhook(r -> {}));

    // When
    beat(heartbeat, 20);
    int before = sent.size();
    offsets = () -> Map.of(FRAMES, new Offsets(end[0], end[0]++));
    beat(heartbeat, 2);

    // Then
    assertThat(before).isEqualTo(6);
    assertThat(sent).hasSize(8);
    assertThat(logged)
        .satisfiesExactly(
            line -> assertThat(line).startsWith("WARN").contains("although records arrive"),
            line -> assertThat(line).startsWith("INFO").contains("the heartbeat is back"));
  }

  @Test
  void shouldStopWhileKafkaDoesNotAnswer() throws Exception {
    // Given
    offsets =
        () -> {
          throw new IllegalStateException("no Kafka broker answers at broker.test:9092");
        };

    // When
    beat(to(Receivers.webhook(r -> {})), 5);

    // Then
    assertThat(sent).isEmpty();
    assertThat(logged)
        .singleElement()
        .asString()
        .startsWith("WARN")
        .contains("no Kafka broker answers at broker.test:9092");
  }

  @Test
  void shouldGoOnWithTheNextOneIfTheReceiverIsAwayAndSayItOnce() throws Exception {
    // Given
    Heartbeat heartbeat = to(Receivers.webhook(r -> {}));
    answer = new DeliveryResult.Unavailable("does not answer", Optional.empty(), true);

    // When
    beat(heartbeat, 5);
    answer = new DeliveryResult.Accepted("200");
    beat(heartbeat, 2);

    // Then
    assertThat(sent).hasSize(7);
    assertThat(logged)
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("WARN")
                    .contains("receiver=hook reason=it was not accepted: does not answer"),
            line -> assertThat(line).startsWith("INFO").contains("the heartbeat is back"));
  }

  @Test
  void shouldEndWhenItIsStopped() throws Exception {
    // Given
    Heartbeat heartbeat = to(Receivers.webhook(r -> {}));
    Thread thread = new Thread(heartbeat);
    thread.start();

    // When
    heartbeat.stop();
    thread.join(10_000);

    // Then
    assertThat(thread.isAlive()).isFalse();
  }
}
