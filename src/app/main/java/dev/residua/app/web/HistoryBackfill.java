package dev.residua.app.web;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.dashboard.LiveHistory;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the long history of the pages with what the topics have of the time before this process
 * started: of each period and partition some records from its beginning, the newest period first.
 * Reads at most {@value #RECORDS} records of each, so that its time depends on the stored time, not
 * on the number of frames.
 */
public final class HistoryBackfill implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryBackfill.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Max records per period and partition. */
  static final int RECORDS = 500;

  private final Topics topics;
  private final LiveHistory history;
  private final Consumer<byte[], byte[]> consumer;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * Starts.
   *
   * @param before end of the time that is filled
   * @param ready whether the sources are known; it starts then
   * @param followed first record of a partition that is read elsewhere, into the same history
   */
  public HistoryBackfill(
      KafkaClients clients,
      Topics topics,
      LiveHistory history,
      Instant before,
      BooleanSupplier ready,
      ToLongFunction<TopicPartition> followed) {
    this.topics = topics;
    this.history = history;
    this.consumer = clients.sampler(RECORDS);
    this.thread = new Thread(() -> fill(before, ready, followed), "residua-history");
    thread.setDaemon(true);
    thread.start();
  }

  private void fill(
      Instant before, BooleanSupplier ready, ToLongFunction<TopicPartition> followed) {
    try (consumer) {
      while (!stopped && !ready.getAsBoolean()) {
        LockSupport.parkNanos(PAUSE.toNanos());
      }
      Map<TopicPartition, Long> later = new HashMap<>(); // where the later period begins
      for (Topic<?, ?> topic : List.of(topics.scores(), topics.drift())) {
        KafkaClients.partitions(consumer, topic.name())
            .forEach(p -> later.put(p, followed.applyAsLong(p)));
      }
      consumer.assign(later.keySet());
      Map<TopicPartition, Long> first = consumer.beginningOffsets(later.keySet());
      consumer.endOffsets(List.copyOf(later.keySet())).entrySet().stream()
          .filter(end -> end.getValue().equals(first.get(end.getKey())))
          .forEach(empty -> later.remove(empty.getKey()));
      Instant oldest = before.minus(LiveHistory.LONGEST);
      Instant at = before;
      while (!stopped && !later.isEmpty() && at.isAfter(oldest)) {
        at = at.minus(LiveHistory.LONG_PERIOD);
        readPeriod(at, later);
        later.entrySet().removeIf(one -> one.getValue() <= first.getOrDefault(one.getKey(), 0L));
      }
    } catch (KafkaException e) {
      if (!stopped) {
        LOG.warn("history of the past is not complete: reason={}", RootCause.message(e));
      }
    }
  }

  /** Reads what begins at a time and lies before what was read. */
  private void readPeriod(Instant from, Map<TopicPartition, Long> later) {
    Map<TopicPartition, Long> times = new HashMap<>();
    later.keySet().forEach(partition -> times.put(partition, from.toEpochMilli()));
    Map<TopicPartition, Long> until = new HashMap<>();
    for (Map.Entry<TopicPartition, OffsetAndTimestamp> found :
        consumer.offsetsForTimes(times).entrySet()) {
      TopicPartition partition = found.getKey();
      Long end = later.get(partition);
      if (found.getValue() != null && end != null && found.getValue().offset() < end) {
        consumer.seek(partition, found.getValue().offset());
        until.put(partition, end);
        later.put(partition, found.getValue().offset());
      }
    }
    consumer.pause(consumer.assignment());
    consumer.resume(until.keySet());
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (!stopped && !until.isEmpty() && System.nanoTime() < deadline) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      for (TopicPartition partition : records.partitions()) {
        Long end = until.remove(partition);
        if (end != null) {
          records.records(partition).stream()
              .filter(record -> record.offset() < end)
              .forEach(this::show);
        }
      }
      consumer.pause(records.partitions());
    }
  }

  private void show(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(topics.scores().name())) {
        history.past(topics.scores().read(record.value()));
      } else {
        history.past(topics.drift().read(record.value()));
      }
    } catch (RuntimeException e) { // no record stops the dashboard
      LOG.debug(
          "record not shown: topic={} partition={} offset={} reason={}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.toString());
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    consumer.wakeup();
    thread.join(Duration.ofSeconds(5).toMillis());
  }
}
