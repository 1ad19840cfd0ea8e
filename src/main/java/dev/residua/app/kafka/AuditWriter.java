package dev.residua.app.kafka;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditExport;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to the audit log. Returns at once: a change is not undone because its record cannot be
 * stored, but the record is then logged as an error. For any thread.
 */
public final class AuditWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditWriter.class);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final Topic<String, AuditEntry> topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private final BiConsumer<AuditEntry, Exception> lost;

  /** Writes an entry that Kafka does not take to the log. */
  public AuditWriter(KafkaClients clients, Topic<String, AuditEntry> topic)
      throws StartFailedException {
    this(
        clients,
        topic,
        (entry, why) ->
            LOG.error(
                "an audit entry was not stored: topic={} entry={} reason={}",
                topic.name(),
                AuditExport.JSONL.line(entry).strip(),
                RootCause.message(why)));
  }

  /**
   * Connects with the first entry.
   *
   * @param lost notified of each entry that Kafka does not take
   * @throws StartFailedException if the settings of the clients cannot be used
   */
  public AuditWriter(
      KafkaClients clients, Topic<String, AuditEntry> topic, BiConsumer<AuditEntry, Exception> lost)
      throws StartFailedException {
    this.topic = topic;
    this.lost = lost;
    this.producer = clients.create(clients::frameProducer);
  }

  /** Appends an entry. */
  public void append(AuditEntry entry) {
    try {
      byte[] key = topic.key().serializer().serialize(topic.name(), entry.by());
      producer.send(
          new ProducerRecord<>(topic.name(), key, topic.write(entry)),
          (stored, why) -> {
            if (why != null) {
              lost.accept(entry, why);
            }
          });
    } catch (KafkaException e) {
      lost.accept(entry, e);
    }
  }

  /** Writes what is pending. */
  @Override
  public void close() {
    producer.close(CLOSE);
  }
}
