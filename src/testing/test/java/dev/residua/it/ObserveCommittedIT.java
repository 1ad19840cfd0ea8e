package dev.residua.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.streams.ObserveCommitted;
import dev.residua.streams.RefusalListener.Reason;
import dev.residua.testing.TestBroker;
import dev.residua.wire.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** Notifications of the monitor's observers about transactions that a broker commits or aborts. */
class ObserveCommittedIT {
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);

  private final List<String> seen = new ArrayList<>();
  private final ObserveCommitted observers =
      new ObserveCommitted(
          (partition, frame, result, open) -> seen.add("partition " + partition),
          reason -> seen.add(reason.name()));

  private Producer<byte[], byte[]> producer(TestBroker kafka) {
    Producer<byte[], byte[]> producer =
        observers.getProducer(
            Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.clients().bootstrapServers(),
                ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                "monitor-thread"));
    producer.initTransactions();
    return producer;
  }

  @SuppressWarnings("NullAway") // what is observed does not matter here
  private void transaction(Producer<byte[], byte[]> producer, int partition) {
    producer.beginTransaction();
    producer.send(new ProducerRecord<>(TOPICS.deadLetters().name(), new byte[] {1}));
    observers.evaluated(partition, null, null, false);
    observers.refused(Reason.POISON_SCORE);
  }

  @Test
  void shouldSeeEachCommittedResultOnceAndNothingOfAbortedTransactions() {
    try (TestBroker kafka = TestBroker.start(TOPICS, 1)) {
      // When
      try (Producer<byte[], byte[]> producer = producer(kafka)) {
        transaction(producer, 1);
        producer.abortTransaction();
        transaction(producer, 2);
        assertThat(seen).as("before the commit").isEmpty();
        producer.commitTransaction();
        transaction(producer, 3); // its thread fails, and another producer continues
      }
      try (Producer<byte[], byte[]> next = producer(kafka)) {
        transaction(next, 4);
        next.commitTransaction();
      }

      // Then
      assertThat(seen)
          .containsExactly("partition 2", "POISON_SCORE", "partition 4", "POISON_SCORE");
    }
  }
}
