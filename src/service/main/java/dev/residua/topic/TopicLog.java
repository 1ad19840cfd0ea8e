package dev.residua.topic;

import dev.residua.model.SafeText;
import dev.residua.wire.RootCause;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the committed records of a table from the first one on. A damaged or foreign record is
 * reported once and skipped. For one thread.
 */
public final class TopicLog<S> implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final TableTopic<S> topic;
  private final Consumer<byte[], byte[]> consumer;
  private final TableState<S> records;
  private final java.util.function.Consumer<String> ignored;
  private S state;

  /**
   * @param ignored receives the reason for each record that is skipped
   */
  public TopicLog(
      TopicClients clients, TableTopic<S> topic, java.util.function.Consumer<String> ignored) {
    this.topic = topic;
    this.ignored = ignored;
    this.records = topic.empty().get();
    this.state = records.snapshot();
    this.consumer = clients.consumers().apply(IsolationLevel.READ_COMMITTED);
    List<TopicPartition> partitions = List.of(topic.partition());
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /** Reads the records of one poll; returns true if the state may have changed. */
  public boolean poll(Duration timeout) {
    boolean changed = false;
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
      try {
        changed |= records.apply(record);
      } catch (RuntimeException e) { // of this record; the next ones follow
        ignored.accept(
            "%s at offset %d: %s"
                .formatted(topic.partition(), record.offset(), SafeText.of(RootCause.message(e))));
      }
    }
    if (changed) {
      state = records.snapshot();
    }
    return changed;
  }

  /** The state after the last poll. */
  public S state() {
    return state;
  }

  /** Offset of the next record to read. */
  public long position() {
    return consumer.position(topic.partition());
  }

  /**
   * Reads to an offset.
   *
   * @throws IOException if it is not reached in time
   */
  S readTo(long end) throws IOException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (position() < end) {
      poll(POLL);
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "%s could not be read to offset %d within %s; check that the brokers run and that no transaction hangs"
                .formatted(topic, end, LIMIT));
      }
    }
    return state;
  }

  Consumer<byte[], byte[]> consumer() {
    return consumer;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
