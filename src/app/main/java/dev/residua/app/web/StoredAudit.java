package dev.residua.app.web;

import dev.residua.access.AuditEntry;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.dashboard.LiveAudit;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reader of the audit topic up to its present end. For any thread. */
record StoredAudit(KafkaClients clients, Topic<String, AuditEntry> topic)
    implements LiveAudit.Stored {
  private static final Logger LOG = LoggerFactory.getLogger(StoredAudit.class);
  private static final Duration POLL = Duration.ofMillis(250);

  /** Time without a record after which the rest counts as aborted. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  @Override
  public void read(LiveAudit.Use use) throws IOException {
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      List<TopicPartition> partitions = KafkaClients.partitions(consumer, topic.name());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long last = System.nanoTime();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))
          && System.nanoTime() - last < SILENCE.toNanos()) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          last = System.nanoTime();
          pass(record, use);
        }
      }
    } catch (KafkaException e) {
      throw new IOException(
          "%s cannot be read: %s".formatted(topic.name(), RootCause.message(e)), e);
    }
  }

  private void pass(ConsumerRecord<byte[], byte[]> record, LiveAudit.Use use) throws IOException {
    AuditEntry entry;
    try {
      entry = topic.read(record.value());
    } catch (SerializationException e) {
      LOG.warn(
          "audit entry cannot be read: partition={} offset={} reason={}",
          record.partition(),
          record.offset(),
          RootCause.message(e));
      return;
    }
    use.of(entry);
  }
}
