package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.TopicAdmin;
import dev.residua.testing.Camera;
import dev.residua.testing.FaultySource;
import dev.residua.testing.SeparateBroker;
import dev.residua.testing.Service;
import dev.residua.wire.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Drops all packets between the broker and everybody else for longer than sessions and transactions
 * last. Every frame has one score and one drift score afterwards, and incidents end.
 */
@Tag("soak")
class BrokerPartitionIT {
  /** Longer than a session (10 s) and a transaction (3 s, found expired every 10 s). */
  private static final Duration PARTITION = Duration.ofSeconds(25);

  private static final int BUILT_UP = 300;
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  @TempDir Path directory;

  @Test
  void shouldScoreOnceAndInOrderWhenTheBrokerCannotBeReachedForAWhile() throws Exception {
    // Given
    Optional<SeparateBroker> started = SeparateBroker.start(directory);
    assumeTrue(started.isPresent(), "no network namespaces here");
    try (SeparateBroker broker = started.orElseThrow()) {
      KafkaClients clients = broker.clients();
      try (TopicAdmin admin = new TopicAdmin(clients)) {
        admin.create(TOPICS, 2, Optional.empty());
      }
      try (Service service = serve(clients, "a").awaitReady();
          Service other = serve(clients, "b").awaitReady();
          Camera camera = new Camera(clients, TOPICS, 8, 60)) {
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), BUILT_UP);

        // When
        broker.cutOff();
        Thread.sleep(PARTITION.toMillis());
        assertThat(service.isAlive() && other.isAlive()).as("both wait").isTrue();
        broker.reconnect();

        // Then
        Thread.sleep(2_000); // frames that are sent afterwards
        long[] sent = camera.stop();
        int all = Math.toIntExact(Arrays.stream(sent).sum());
        service.awaitRecords(LIMIT, clients, TOPICS.scores(), all);
        service.awaitRecords(LIMIT, clients, TOPICS.drift(), all);
        Camera.assertScoredOnceAndInOrder(clients, TOPICS, sent);
        FaultySource.publish(clients, TOPICS, "faulty");
        FaultySource.awaitEnd(service, clients, TOPICS, "faulty", LIMIT);
        for (Service each : List.of(service, other)) {
          assertThat(each.isAlive()).isTrue();
          assertThat(each.err()).as("its log").doesNotContain("\tat ");
        }
      }
    }
  }

  private Service serve(KafkaClients clients, String instance) throws Exception {
    return Service.role(
        directory,
        List.of("-Dresidua.kafka.transaction-timeout=PT3S"),
        clients,
        "score,monitor",
        instance);
  }
}
