package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.CommandRun;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Erases a source from topics that it shares with another one. */
@Tag("slow")
class SourceEraseIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  private static void send(
      Producer<byte[], byte[]> producer, String topic, int partition, String key, Instant at)
      throws Exception {
    producer
        .send(
            new ProducerRecord<>(
                topic,
                partition,
                at.toEpochMilli(),
                key.getBytes(StandardCharsets.UTF_8),
                new byte[] {1}))
        .get();
  }

  private static Map<TopicPartition, Long> starts(TestBroker kafka, String topic) {
    try (Consumer<byte[], byte[]> consumer =
        kafka.clients().follower(new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer.beginningOffsets(
          List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
    }
  }

  @Test
  void shouldDeleteWhatIsOfTheSourceAndSayWhatRemains() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 2)) {
      String frames = TOPICS.frames().name();
      TopicPartition first = new TopicPartition(frames, 0);
      TopicPartition second = new TopicPartition(frames, 1);
      Instant before = Instant.now().minus(Duration.ofHours(1));
      try (Producer<byte[], byte[]> producer = kafka.clients().frameProducer()) {
        send(producer, frames, 0, "a", before);
        send(producer, frames, 0, "a", before);
        send(producer, frames, 0, "b", before);
        send(producer, frames, 1, "b", before);
        send(producer, frames, 1, "a", before);
        send(producer, frames, 1, "b", before);
        send(producer, TOPICS.deadLetters().name(), 0, "a", before);
      }

      // When it is only asked
      CommandRun asked =
          CommandRun.against(kafka.clients(), "source", "erase", "a", "--reason", "r", "--dry-run");
      // Then
      assertThat(asked.exit()).isZero();
      assertThat(asked.output())
          .containsPattern("residua.frames +3 records, +2 would be deleted; 1 remain until about ")
          .containsPattern("residua.dead-letters +1 records, +1 would be deleted")
          .contains("Nothing was deleted");
      assertThat(starts(kafka, frames)).containsEntry(first, 0L).containsEntry(second, 0L);

      // When
      CommandRun erased =
          CommandRun.against(kafka.clients(), "source", "erase", "a", "--reason", "request");
      // Then records of the other source are kept
      assertThat(erased.exit()).isZero();
      assertThat(erased.output())
          .containsPattern("residua.frames +3 records, +2 deleted; 1 remain");
      assertThat(starts(kafka, frames)).containsEntry(first, 2L).containsEntry(second, 0L);

      // When the others may go too
      CommandRun all =
          CommandRun.against(
              kafka.clients(), "source", "erase", "a", "--reason", "request", "--with-others");
      // Then
      assertThat(all.output())
          .containsPattern("residua.frames +1 records, +1 deleted, with 1 of other sources");
      assertThat(starts(kafka, frames)).containsEntry(first, 2L).containsEntry(second, 2L);

      // And a source that sends is not erased
      try (Producer<byte[], byte[]> producer = kafka.clients().frameProducer()) {
        send(producer, frames, 0, "a", Instant.now());
      }
      CommandRun refused =
          CommandRun.against(kafka.clients(), "source", "erase", "a", "--reason", "request");
      assertThat(refused.exit()).isNotZero();
      assertThat(refused.output()).contains("stop its producer");
    }
  }

  /** The times of a camera whose clock is fast say nothing about when it sent. */
  @Test
  void shouldEraseASourceWhoseFramesAreOfTheFutureUnlessItSends() throws Exception {
    try (TestBroker kafka = TestBroker.start(TOPICS, 2)) {
      // Given
      String frames = TOPICS.frames().name();
      Instant later = Instant.now().plus(Duration.ofMinutes(50));
      try (Producer<byte[], byte[]> producer = kafka.clients().frameProducer()) {
        send(producer, frames, 0, "a", later);
        send(producer, frames, 1, "b", later);
        AtomicBoolean ended = new AtomicBoolean();
        Thread camera =
            new Thread(
                () -> {
                  while (!ended.get()) {
                    producer.send(
                        new ProducerRecord<>(
                            frames,
                            1,
                            later.toEpochMilli(),
                            "b".getBytes(StandardCharsets.UTF_8),
                            new byte[] {1}));
                    LockSupport.parkNanos(100_000_000);
                  }
                });
        camera.start();
        try {
          // When
          CommandRun sends =
              CommandRun.against(kafka.clients(), "source", "erase", "b", "--reason", "request");
          CommandRun stopped =
              CommandRun.against(kafka.clients(), "source", "erase", "a", "--reason", "request");

          // Then
          assertThat(sends.exit()).isNotZero();
          assertThat(sends.output()).contains("stop its producer");
          assertThat(stopped.exit()).as(stopped.output()).isZero();
          assertThat(starts(kafka, frames)).containsEntry(new TopicPartition(frames, 0), 1L);
        } finally {
          ended.set(true);
          camera.join();
        }
      }
    }
  }
}
