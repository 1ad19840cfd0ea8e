package dev.residua.app.web;

import dev.residua.access.AuditEntry;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.dashboard.LiveAudit;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reader of the audit topic up to its present end. For any thread. */
record StoredAudit(KafkaClients clients, Topic<String, AuditEntry> topic)
    implements LiveAudit.Stored {
  private static final Logger LOG = LoggerFactory.getLogger(StoredAudit.class);

  /** Time without a record after which the rest counts as aborted. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  @Override
  public void read(LiveAudit.Use use) throws IOException {
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      TopicSpans.all(consumer, topic.name())
          .withStall(SILENCE)
          .read(record -> pass(record, use)); // the entries before a time-out were passed on
    } catch (KafkaException e) {
      throw new IOException(
          "%s cannot be read: %s".formatted(topic.name(), RootCause.message(e)), e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void pass(ConsumerRecord<byte[], byte[]> record, LiveAudit.Use use) {
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
    try {
      use.of(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
