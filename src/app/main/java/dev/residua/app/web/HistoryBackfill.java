package dev.residua.app.web;

import dev.residua.app.kafka.KafkaClients;
import dev.residua.dashboard.LiveHistory;
import dev.residua.topic.OffsetSpan;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the long history of the pages from records of the time before this process started: of each
 * period and partition some records from its beginning, the newest period first. Reads at most
 * {@value #RECORDS} records of each, so that its time depends on the stored time, not on the number
 * of frames.
 */
public final class HistoryBackfill implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HistoryBackfill.class);
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(100);

  /** Max records of a period and partition. */
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
      List<TopicPartition> partitions = new ArrayList<>();
      for (Topic<?, ?> topic : List.of(topics.scores(), topics.drift())) {
        partitions.addAll(TopicSpans.partitions(consumer, topic.name()));
      }
      Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
      Map<TopicPartition, Long> later = new HashMap<>(); // start of the later period
      consumer
          .endOffsets(partitions)
          .forEach(
              (partition, end) ->
                  later.put(partition, Math.min(end, followed.applyAsLong(partition))));
      later.entrySet().removeIf(one -> one.getValue() <= first.getOrDefault(one.getKey(), 0L));
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

  /** Reads the beginning of the records between a time and the records that were read. */
  private void readPeriod(Instant from, Map<TopicPartition, Long> later) {
    Map<TopicPartition, OffsetSpan> spans = new HashMap<>();
    TopicSpans.offsets(consumer, List.copyOf(later.keySet()), from)
        .forEach(
            (partition, start) -> {
              long end = later.getOrDefault(partition, 0L);
              if (start < end) {
                spans.put(partition, new OffsetSpan(start, Math.min(end, start + RECORDS)));
                later.put(partition, start);
              }
            });
    new TopicSpans(consumer, spans).withLimit(LIMIT).stoppedBy(() -> stopped).read(this::show);
  }

  private void show(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(topics.scores().name())) {
        history.past(topics.scores().read(record.value()));
      } else {
        history.past(topics.drift().read(record.value()));
      }
    } catch (RuntimeException e) { // no record stops the dashboard
      FindingsFollower.logNotShown(record, e);
    }
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    consumer.wakeup();
    thread.join(Duration.ofSeconds(5).toMillis());
  }
}
