package dev.residua.topic;

import dev.residua.wire.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reader of ranges of offsets, outside any consumer group. Passes on the records as they arrive, in
 * order within a partition, so that memory does not depend on the ranges. Assigns the partitions to
 * the consumer, and pauses each one at its end. For one thread, and for one reading.
 */
public final class TopicSpans {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

  private final Consumer<byte[], byte[]> consumer;
  private final Map<TopicPartition, OffsetSpan> left = new TreeMap<>(ORDER); // not read to the end
  private final long total;
  private long done;
  private long stallNanos = Duration.ofSeconds(60).toNanos();
  private long limitNanos = Long.MAX_VALUE;
  private DoubleConsumer progress = share -> {};
  private BooleanSupplier stopped = () -> false;
  private final long beganNanos = System.nanoTime();
  private long waitedNanos; // in polls since the last progress

  /** State of a reading. */
  public enum Status {
    READING,
    COMPLETE,
    /** The caller stopped it. */
    STOPPED,
    /** Its time is over. */
    TIMED_OUT
  }

  /**
   * @param consumer of committed records; its owner closes it after the reading
   */
  public TopicSpans(Consumer<byte[], byte[]> consumer, Map<TopicPartition, OffsetSpan> spans) {
    this.consumer = consumer;
    this.left.putAll(spans);
    this.total = spans.values().stream().mapToLong(span -> span.until() - span.from()).sum();
    consumer.assign(left.keySet());
    consumer.resume(left.keySet());
    left.forEach((partition, span) -> consumer.seek(partition, span.from()));
  }

  /** A reading of everything that a topic has now; of nothing if there is no such topic. */
  public static TopicSpans all(Consumer<byte[], byte[]> consumer, String topic) {
    List<TopicPartition> partitions = partitions(consumer, topic);
    return new TopicSpans(
        consumer, spans(consumer.beginningOffsets(partitions), consumer.endOffsets(partitions)));
  }

  /** All partitions of a topic; empty if there is no such topic. */
  public static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic, REQUEST_TIMEOUT).stream()
        .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
        .toList();
  }

  /** First offset at or after a time, by partition; the end if all records are older. */
  public static Map<TopicPartition, Long> offsets(
      Consumer<?, ?> consumer, List<TopicPartition> partitions, Instant time) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found =
        consumer.offsetsForTimes(times, REQUEST_TIMEOUT);
    Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
    found.forEach(
        (partition, at) -> {
          if (at != null) {
            offsets.put(partition, at.offset());
          }
        });
    return offsets;
  }

  /** The non-empty spans from a start, 0 if none is given, to an end of each partition. */
  public static Map<TopicPartition, OffsetSpan> spans(
      Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, OffsetSpan> spans = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          long start = starts.getOrDefault(partition, 0L);
          if (start < end) {
            spans.put(partition, new OffsetSpan(start, end));
          }
        });
    return spans;
  }

  /**
   * Passes on the readable values that a topic has now, each with the time of its record.
   *
   * @throws CancellationException if {@code stopped} is true
   */
  public static <V> void readValues(
      Consumer<byte[], byte[]> consumer,
      Topic<?, V> topic,
      BooleanSupplier stopped,
      BiConsumer<V, Instant> each) {
    all(consumer, topic.name()).stoppedBy(stopped).readAll(topic.values(each));
  }

  /** Times out after polls of this time without progress; one minute by default. */
  public TopicSpans withStall(Duration time) {
    stallNanos = time.toNanos();
    return this;
  }

  /** Times out after this time even with progress; no limit by default. */
  public TopicSpans withLimit(Duration time) {
    limitNanos = time.toNanos();
    return this;
  }

  /**
   * Reports the progress.
   *
   * @param share receives the completed share of the offsets, in [0, 1]
   */
  public TopicSpans withProgress(DoubleConsumer share) {
    progress = share;
    return this;
  }

  /** Stops before the next poll if this is true. */
  public TopicSpans stoppedBy(BooleanSupplier condition) {
    stopped = condition;
    return this;
  }

  /** Reads until a status other than {@link Status#READING}. */
  public Status read(java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    Status status = Status.READING;
    while (status == Status.READING) {
      status = poll(each);
    }
    return status;
  }

  /**
   * Reads everything.
   *
   * @throws CancellationException if it was stopped
   * @throws TimeoutException if its time is over
   */
  public void readAll(java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    check(read(each));
  }

  /** Throws as {@link #readAll} does, unless everything was read. */
  void check(Status status) {
    if (status == Status.STOPPED) {
      throw new CancellationException(
          "reading was cancelled at %d of %d offsets".formatted(done, total));
    }
    if (status == Status.TIMED_OUT) {
      throw new TimeoutException(
          "%s could not be read in time, only %d of %d offsets; check that the brokers run and that no transaction hangs"
              .formatted(left.keySet(), done, total));
    }
  }

  /** Polls once, unless the reading has ended. */
  public Status poll(java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    if (left.isEmpty()) {
      return Status.COMPLETE;
    }
    if (stopped.getAsBoolean()) {
      return Status.STOPPED;
    }
    long now = System.nanoTime();
    if (waitedNanos > stallNanos || now - beganNanos > limitNanos) {
      return Status.TIMED_OUT;
    }
    ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
    waitedNanos += System.nanoTime() - now;
    for (TopicPartition partition : records.partitions()) {
      OffsetSpan span = left.get(partition);
      if (span != null) {
        for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
          if (record.offset() < span.until()) {
            each.accept(record);
          }
        }
      }
    }
    advance();
    return left.isEmpty() ? Status.COMPLETE : Status.READING;
  }

  private void advance() {
    List<TopicPartition> ended =
        left.entrySet().stream()
            .filter(one -> consumer.position(one.getKey()) >= one.getValue().until())
            .map(Map.Entry::getKey)
            .toList();
    if (!ended.isEmpty()) {
      left.keySet().removeAll(ended);
      consumer.pause(ended);
      if (left.isEmpty()) {
        consumer.resume(consumer.assignment());
      }
    }
    long open =
        left.entrySet().stream()
            .mapToLong(one -> one.getValue().until() - consumer.position(one.getKey()))
            .sum();
    if (total - open > done) {
      done = total - open;
      waitedNanos = 0;
      progress.accept(done / (double) total);
    }
  }

  /** Partitions that are not read to the end. */
  Set<TopicPartition> left() {
    return left.keySet();
  }
}
