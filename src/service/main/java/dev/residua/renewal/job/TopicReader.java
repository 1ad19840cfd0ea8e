package dev.residua.renewal.job;

import dev.residua.wire.FrameReader;
import dev.residua.wire.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Reads parts of topics, outside any consumer group. */
final class TopicReader {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);

  /** Longest time without progress before the end of the spans. */
  private static final Duration STALL = Duration.ofSeconds(60);

  private TopicReader() {}

  /** All partitions of a topic; empty if there is no such topic. */
  static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic, REQUEST_TIMEOUT).stream()
        .map(p -> new TopicPartition(p.topic(), p.partition()))
        .toList();
  }

  /** First offset at or after a time, by partition; the end if all records are older. */
  static Map<TopicPartition, Long> offsets(
      Consumer<?, ?> consumer, List<TopicPartition> partitions, Instant time) {
    Map<TopicPartition, Long> asked = new HashMap<>();
    partitions.forEach(p -> asked.put(p, time.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found =
        consumer.offsetsForTimes(asked, REQUEST_TIMEOUT);
    Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
    found.forEach(
        (partition, at) -> {
          if (at != null) {
            offsets.put(partition, at.offset());
          }
        });
    return offsets;
  }

  /**
   * Passes on every record of these spans, in order within a partition.
   *
   * @param progress receives the share of all offsets that is done, in [0, 1]
   * @throws CancellationException if {@code cancelled} is true
   * @throws TimeoutException if no record arrives for a minute
   */
  static void forEach(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, FrameRange.Span> spans,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
      DoubleConsumer progress,
      BooleanSupplier cancelled) {
    Map<TopicPartition, FrameRange.Span> left =
        new TreeMap<>(
            Comparator.comparing(TopicPartition::topic)
                .thenComparingInt(TopicPartition::partition));
    left.putAll(spans);
    consumer.assign(left.keySet());
    long total = 0;
    for (Map.Entry<TopicPartition, FrameRange.Span> one : left.entrySet()) {
      consumer.seek(one.getKey(), one.getValue().from());
      total += one.getValue().until() - one.getValue().from();
    }
    long done = 0;
    long lastNanos = System.nanoTime();
    while (!left.isEmpty()) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException(
            "reading %s was cancelled at %d of %d offsets".formatted(spans.keySet(), done, total));
      }
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        FrameRange.Span span = left.get(new TopicPartition(record.topic(), record.partition()));
        if (span != null && record.offset() < span.until()) {
          each.accept(record);
        }
      }
      if (left.entrySet().removeIf(e -> consumer.position(e.getKey()) >= e.getValue().until())) {
        consumer.assign(left.keySet());
      }
      long now = 0;
      for (Map.Entry<TopicPartition, FrameRange.Span> one : spans.entrySet()) {
        FrameRange.Span span = one.getValue();
        long to = left.containsKey(one.getKey()) ? consumer.position(one.getKey()) : span.until();
        now += Math.min(to, span.until()) - span.from();
      }
      if (now > done) {
        lastNanos = System.nanoTime();
        done = now;
        progress.accept(Math.min(1, done / (double) total));
      } else if (System.nanoTime() - lastNanos > STALL.toNanos()) {
        throw new TimeoutException(
            "no record of %s arrived for %s, %d of %d offsets were read"
                .formatted(left.keySet(), STALL, done, total));
      }
    }
  }

  /** Passes on every record that a topic has now; none if there is no such topic. */
  static void all(
      Consumer<byte[], byte[]> consumer,
      String topic,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
      BooleanSupplier cancelled) {
    List<TopicPartition> partitions = partitions(consumer, topic);
    forEach(
        consumer,
        spans(consumer.beginningOffsets(partitions), consumer.endOffsets(partitions)),
        each,
        fraction -> {},
        cancelled);
  }

  /** Like the above, with the readable values of a topic and the times of their records. */
  static <V> void allValues(
      Consumer<byte[], byte[]> consumer,
      Topic<?, V> topic,
      BiConsumer<V, Instant> each,
      BooleanSupplier cancelled) {
    all(consumer, topic.name(), values(topic, each), cancelled);
  }

  /** Passes on the value and the time of each record that has a readable value. */
  static <V> java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> values(
      Topic<?, V> topic, BiConsumer<V, Instant> each) {
    return record -> {
      V value = value(topic, record);
      if (value != null) {
        each.accept(value, time(record));
      }
    };
  }

  /**
   * Passes on the changes of a compacted topic, each with the time of its record.
   *
   * @param deleted receives the keys of records without a value
   * @param each receives the readable values
   */
  static <V> java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> changes(
      Topic<String, V> topic, BiConsumer<String, Instant> deleted, BiConsumer<V, Instant> each) {
    return values(topic, each)
        .andThen(
            record -> {
              if (record.value() == null && record.key() != null) {
                deleted.accept(new String(record.key(), StandardCharsets.UTF_8), time(record));
              }
            });
  }

  /** The value of a record; null if it has none, or one that this version cannot read. */
  static <V> @Nullable V value(Topic<?, V> topic, ConsumerRecord<byte[], byte[]> record) {
    if (record.value() == null) {
      return null;
    }
    try {
      return topic.value().deserializer().deserialize(record.topic(), record.value());
    } catch (SerializationException e) {
      return null;
    }
  }

  static Instant time(ConsumerRecord<?, ?> record) {
    return FrameReader.recordTime(record);
  }

  /** The non-empty spans from a start, 0 if none is given, to an end of each partition. */
  static Map<TopicPartition, FrameRange.Span> spans(
      Map<TopicPartition, Long> starts, Map<TopicPartition, Long> ends) {
    Map<TopicPartition, FrameRange.Span> spans = new HashMap<>();
    ends.forEach(
        (partition, end) -> {
          long start = starts.getOrDefault(partition, 0L);
          if (start < end) {
            spans.put(partition, new FrameRange.Span(start, end));
          }
        });
    return spans;
  }
}
