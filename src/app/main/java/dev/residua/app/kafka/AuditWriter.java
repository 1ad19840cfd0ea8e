package dev.residua.app.kafka;

import dev.residua.access.AuditEntry;
import dev.residua.access.AuditExport;
import dev.residua.app.process.StartFailedException;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Appends to the audit log on a thread of its own, since a producer may wait for brokers. A change
 * is not undone because its record cannot be stored, but the record is then logged as an error. For
 * any thread.
 */
public final class AuditWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AuditWriter.class);
  private static final Duration CLOSE = Duration.ofSeconds(5);
  private static final int MOST_PENDING = 1_000;

  private final Topic<String, AuditEntry> topic;
  private final KafkaProducer<byte[], byte[]> producer;
  private final BiConsumer<AuditEntry, Exception> lost;
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          0,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_PENDING),
          work -> {
            Thread one = new Thread(work, "residua-audit");
            one.setDaemon(true);
            return one;
          });

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

  /** Appends an entry; returns at once. */
  public void append(AuditEntry entry) {
    try {
      thread.execute(() -> send(entry));
    } catch (RejectedExecutionException e) {
      lost.accept(
          entry, new IOException("%d entries wait for Kafka already".formatted(MOST_PENDING), e));
    }
  }

  private void send(AuditEntry entry) {
    try {
      byte[] key = topic.key().serializer().serialize(topic.name(), entry.by());
      producer.send(
          new ProducerRecord<>(topic.name(), key, topic.write(entry)),
          (stored, why) -> {
            if (why != null) {
              lost.accept(entry, why);
            }
          });
    } catch (KafkaException | IllegalStateException e) { // it may be closed
      lost.accept(entry, e);
    }
  }

  /** Writes the pending entries, for some seconds. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE.toSeconds(), TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close(CLOSE);
  }
}
