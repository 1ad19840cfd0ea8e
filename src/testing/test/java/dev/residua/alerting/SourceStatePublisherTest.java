package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import dev.residua.monitor.SourceState;
import dev.residua.testing.Await;
import dev.residua.testing.Mosquitto;
import dev.residua.testing.MqttSubscriber;
import dev.residua.testing.Service;
import dev.residua.testing.SourceStates;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** States of sources on topics of Mosquitto. */
@Timeout(120)
class SourceStatePublisherTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Topic<String, SourceState> STATES =
      new Topics(Topics.DEFAULT_PREFIX).sourceStates();
  private static final TopicPartition PARTITION = new TopicPartition(STATES.name(), 0);

  @TempDir Path folder;
  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private int port;
  private long offset;
  private SourceStatePublisher publisher;
  private Thread thread;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Mosquitto.problem() == null, "skipped: mosquitto is not installed");
    port = Service.freePort();
    ReceiverSettings receiver =
        Receivers.mqtt(
            r -> {
              r.url = URI.create("mqtt://localhost:%d/plant".formatted(port));
              r.timeout = Duration.ofSeconds(10);
            });
    publisher =
        new SourceStatePublisher(
            () -> consumer, STATES, List.of(receiver), () -> {}, Clock.systemUTC(), new Random(1));
    consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    consumer.schedulePollTask(() -> consumer.rebalance(List.of(PARTITION)));
    thread = new Thread(publisher);
    thread.start();
  }

  @AfterEach
  void stop() throws Exception {
    if (thread != null) {
      publisher.stop();
      thread.join();
    }
  }

  private void add(String source, @Nullable SourceState state) {
    byte[] value = state == null ? null : STATES.write(state);
    byte[] key = source.getBytes(StandardCharsets.UTF_8);
    consumer.schedulePollTask(
        () -> consumer.addRecord(new ConsumerRecord<>(STATES.name(), 0, offset++, key, value)));
  }

  private long committed() {
    return consumer.committed(Set.of(PARTITION)).values().stream()
        .mapToLong(o -> o == null ? 0 : o.offset())
        .sum();
  }

  /** Returns the messages that the broker retains, by topic. */
  private Map<String, byte[]> retained() throws Exception {
    Map<String, byte[]> retained = new TreeMap<>();
    try (MqttSubscriber subscriber = MqttSubscriber.plain(port, "plant/#")) {
      for (Mqtt5Publish message : subscriber.received()) {
        retained.put(message.getTopic().toString(), message.getPayloadAsBytes());
      }
    }
    return retained;
  }

  @Test
  void shouldRetainTheNewestStatesAlsoOfATimeWithoutABroker() throws Exception {
    // Given states before the broker is there
    add("line3/cam7", SourceStates.of("line3/cam7", 1));
    add("line3/cam8", SourceStates.of("line3/cam8", 1));
    add("line3/cam7", SourceStates.of("line3/cam7", 2));
    Await.until(LIMIT, "all are read", () -> offset == 3);
    assertThat(committed()).isZero();
    // When
    try (Mosquitto broker = Mosquitto.start(folder, port)) {
      Await.until(LIMIT, "they are published", () -> committed() == 3);
      // Then
      Map<String, byte[]> retained = retained();
      assertThat(retained).containsOnlyKeys("plant/sources/line3/cam7", "plant/sources/line3/cam8");
      assertThat(
              new ObjectMapper()
                  .readTree(retained.get("plant/sources/line3/cam7"))
                  .path("sequence")
                  .asLong())
          .isEqualTo(2);
      // When a source is removed
      add("line3/cam8", null);
      Await.until(LIMIT, "it is removed", () -> committed() == 4);
      // Then
      assertThat(retained()).containsOnlyKeys("plant/sources/line3/cam7");
    }
  }

  @Test
  void shouldLeaveOutADamagedState() throws Exception {
    try (Mosquitto broker = Mosquitto.start(folder, port)) {
      // When
      consumer.schedulePollTask(
          () ->
              consumer.addRecord(
                  new ConsumerRecord<>(
                      STATES.name(), 0, offset++, new byte[] {'a'}, new byte[] {1, 2, 3})));
      add("cam1", SourceStates.of("cam1", 5));
      Await.until(LIMIT, "both are read", () -> committed() == 2);
      // Then
      assertThat(retained()).containsOnlyKeys("plant/sources/cam1");
    }
  }

  @Test
  void shouldLeaveOutASourceWithoutAPossibleTopic() throws Exception {
    try (Mosquitto broker = Mosquitto.start(folder, port)) {
      // When a topic would have more bytes than MQTT allows
      add("x".repeat(1 << 16), SourceStates.of("cam1", 5));
      add("cam2", SourceStates.of("cam2", 5));
      Await.until(LIMIT, "both are read", () -> committed() == 2);
      // Then
      assertThat(retained()).containsOnlyKeys("plant/sources/cam2");
    }
  }
}
