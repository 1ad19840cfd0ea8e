package dev.residua.renewal.job;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads parts of topics from their first to their last record, without a group. */
final class TopicReader {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration ANSWER = Duration.ofSeconds(10);

  /** How long the position may stay where it is while there should be more. */
  private static final Duration STALL = Duration.ofSeconds(60);

  private TopicReader() {}

  /** All partitions of a topic; empty if there is no such topic. */
  static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
    return consumer.partitionsFor(topic, ANSWER).stream()
        .map(p -> new TopicPartition(p.topic(), p.partition()))
        .toList();
  }

  /** First offset at or after a time, by partition; the end where all records are older. */
  static Map<TopicPartition, Long> offsets(
      Consumer<?, ?> consumer, List<TopicPartition> partitions, Instant time) {
    Map<TopicPartition, Long> asked = new HashMap<>();
    partitions.forEach(p -> asked.put(p, time.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(asked, ANSWER);
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
   * Hands on every record of these spans, in order within a partition.
   *
   * @param told what part of all offsets is done, in [0, 1]
   * @throws CancellationException if {@code cancelled} says so
   * @throws TimeoutException if a broker gives nothing for a minute
   */
  static void forEach(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, FrameRange.Span> spans,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
      DoubleConsumer told,
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
        told.accept(Math.min(1, done / (double) total));
      } else if (System.nanoTime() - lastNanos > STALL.toNanos()) {
        throw new TimeoutException(
            "nothing came from %s for %s, %d of %d offsets were read"
                .formatted(left.keySet(), STALL, done, total));
      }
    }
  }

  /** Hands on every record that a topic has now; nothing if there is no such topic. */
  static void all(
      Consumer<byte[], byte[]> consumer,
      String topic,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
      BooleanSupplier cancelled) {
    List<TopicPartition> partitions = partitions(consumer, topic);
    Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    Map<TopicPartition, FrameRange.Span> spans = new HashMap<>();
    for (TopicPartition partition : partitions) {
      long start = starts.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, 0L);
      if (end > start) {
        spans.put(partition, new FrameRange.Span(start, end));
      }
    }
    forEach(consumer, spans, each, fraction -> {}, cancelled);
  }
}
