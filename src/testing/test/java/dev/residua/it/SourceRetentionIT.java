package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.app.kafka.ConsumerGroups;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.kafka.SourceRetention;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.kafka.SourceRulesWriter;
import dev.residua.app.metrics.RetentionMetrics;
import dev.residua.frame.FramePosition;
import dev.residua.incident.IncidentEvidence;
import dev.residua.incident.IncidentEvidence.Kind;
import dev.residua.incident.IncidentFrame;
import dev.residua.incident.Subject;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.testing.Await;
import dev.residua.testing.TestBroker;
import dev.residua.topic.TopicTable;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Deletes records past the retention of their source, with a real broker. */
class SourceRetentionIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Instant NOW = Instant.now();

  private static SourceRule rule(String source, @Nullable Duration retention) {
    return SourceRule.of(source, source).withRetention(retention).withBy("kim");
  }

  private static void send(
      KafkaProducer<byte[], byte[]> producer,
      Topic<?, ?> topic,
      int partition,
      String key,
      int minutesAgo,
      byte[] value)
      throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                topic.name(),
                partition,
                NOW.minus(Duration.ofMinutes(minutesAgo)).toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                value))
        .get();
  }

  private static void frame(
      KafkaProducer<byte[], byte[]> producer, int partition, String source, int minutesAgo)
      throws Exception {
    send(producer, TOPICS.frames(), partition, source, minutesAgo, new byte[100]);
  }

  private static byte[] evidence(String source) {
    return TOPICS
        .evidence()
        .write(
            new IncidentEvidence(
                "incident-" + source,
                source,
                Subject.latent("light", true),
                new IncidentFrame(new FramePosition(TOPICS.frames().name(), 0, 0), "m", "ab12"),
                0,
                NOW,
                Map.of(Kind.FRAME, new byte[] {(byte) 0x89, 'P', 'N', 'G'})));
  }

  private static long start(KafkaClients clients, Topic<?, ?> topic, int partition) {
    TopicPartition one = new TopicPartition(topic.name(), partition);
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      return consumer.beginningOffsets(List.of(one)).getOrDefault(one, -1L);
    }
  }

  @Test
  void shouldDeleteTheBeginningThatNoSourceKeepsAndNothingElse() throws Exception {
    TestBroker broker = TestBroker.start(TOPICS, 2);
    KafkaClients clients = broker.clients();
    SourceRulesWriter writer = SourceRulesWriter.of(clients, TOPICS, Topics.DEFAULT_PREFIX);
    SourceRetention[] all = new SourceRetention[2]; // as in two processes
    Thread[] threads = new Thread[all.length];
    SimpleMeterRegistry[] meters = {new SimpleMeterRegistry(), new SimpleMeterRegistry()};
    try (KafkaProducer<byte[], byte[]> producer = clients.frameProducer();
        TopicTable<SourceRules> rules =
            SourceRulesTable.follow(
                clients.sources(Topics.DEFAULT_PREFIX), TOPICS.sources(), () -> {})) {
      // Given
      frame(producer, 0, "a", 180);
      frame(producer, 0, "a", 150);
      frame(producer, 0, "a", 30);
      frame(producer, 1, "b", 180);
      frame(producer, 1, "a", 170);
      frame(producer, 1, "c", 160);
      frame(producer, 1, "a", 150);
      send(producer, TOPICS.deadLetters(), 0, "a", 180, new byte[1]);
      send(producer, TOPICS.evidence(), 0, "incident-a", 180, evidence("a"));
      send(producer, TOPICS.evidence(), 0, "incident-c", 180, evidence("c"));
      send(producer, TOPICS.evidence(), 0, "incident-a", 180, evidence("a"));
      String group = ConsumerGroups.retention(Topics.DEFAULT_PREFIX);
      for (int i = 0; i < all.length; i++) {
        String member = group + "-" + i;
        all[i] =
            new SourceRetention(
                () -> clients.scoringConsumer(group, member, 2),
                SourceRetention.Deletion.of(clients),
                TOPICS,
                rules::state,
                Clock.systemUTC(),
                Duration.ofMillis(300),
                new RetentionMetrics(meters[i], () -> {}));
        threads[i] = new Thread(all[i]);
        threads[i].start();
      }

      // When
      writer.change(
          before -> List.of(rule("a", Duration.ofHours(1)), rule("b", Duration.ofDays(1))));

      // Then the kept records of a source stay, with all behind them
      Await.until(LIMIT, "two frames", () -> start(clients, TOPICS.frames(), 0) == 2);
      Await.until(LIMIT, "a dead letter", () -> start(clients, TOPICS.deadLetters(), 0) == 1);
      Await.until(LIMIT, "evidence", () -> start(clients, TOPICS.evidence(), 0) == 1);
      assertThat(start(clients, TOPICS.frames(), 1)).as("kept by b").isZero();
      Await.until( // frames behind one of b, evidence behind that of c
          LIMIT,
          "what remains is counted",
          () ->
              Arrays.stream(meters)
                      .mapToDouble(one -> one.get("residua.retention.remaining").gauge().value())
                      .sum()
                  == 2);

      // When the source that keeps longest is to keep less, and another one more
      writer.change(
          before -> List.of(rule("a", Duration.ofDays(1)), rule("b", Duration.ofHours(1))));
      Await.until(LIMIT, "a frame of b", () -> start(clients, TOPICS.frames(), 1) == 1);
      writer.change(
          before -> List.of(rule("a", Duration.ofHours(1)), rule("c", Duration.ofHours(1))));
      Await.until(LIMIT, "all frames", () -> start(clients, TOPICS.frames(), 1) == 4);
      Await.until(LIMIT, "all evidence", () -> start(clients, TOPICS.evidence(), 0) == 3);

      // When more frames come
      frame(producer, 1, "a", 61);
      frame(producer, 1, "d", 300);
      Await.until(LIMIT, "one more", () -> start(clients, TOPICS.frames(), 1) == 5);

      // Then frames of a source without a retention are kept, and younger ones
      Thread.sleep(1_000);
      assertThat(start(clients, TOPICS.frames(), 1)).isEqualTo(5);
      assertThat(start(clients, TOPICS.frames(), 0)).isEqualTo(2);
      double deleted = 0;
      for (SimpleMeterRegistry one : meters) {
        deleted +=
            one.find("residua.retention.deleted").counters().stream()
                .mapToDouble(Counter::count)
                .sum();
        assertThat(one.get("residua.retention.failures").counter().count()).isZero();
      }
      assertThat(deleted).as("frames, a dead letter, evidence").isEqualTo(2 + 5 + 1 + 3);
    } finally {
      for (int i = 0; i < all.length; i++) {
        if (threads[i] != null) {
          all[i].stop();
          threads[i].join();
        }
      }
      TestBroker.close(broker);
    }
  }
}
