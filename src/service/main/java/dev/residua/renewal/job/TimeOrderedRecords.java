package dev.residua.renewal.job;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Merges the records of several partitions by timestamp: of the next records of all partitions, the
 * oldest comes first. A partition that is ahead waits, which bounds the records in memory.
 */
final class TimeOrderedRecords {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration STALL = Duration.ofSeconds(60);
  private static final int MAX_WAITING = 2_000;

  private TimeOrderedRecords() {}

  /**
   * Passes on every record of these spans.
   *
   * @param progress receives the completed share, in [0, 1]
   * @throws CancellationException if {@code cancelled} is true
   */
  static void forEach(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, FrameRange.Span> spans,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
      DoubleConsumer progress,
      BooleanSupplier cancelled) {
    Map<TopicPartition, ArrayDeque<ConsumerRecord<byte[], byte[]>>> waiting = new HashMap<>();
    consumer.assign(spans.keySet());
    long total = 0;
    for (Map.Entry<TopicPartition, FrameRange.Span> one : spans.entrySet()) {
      waiting.put(one.getKey(), new ArrayDeque<>());
      consumer.seek(one.getKey(), one.getValue().from());
      total += one.getValue().until() - one.getValue().from();
    }
    Set<TopicPartition> reading = new HashSet<>(spans.keySet());
    long lastNanos = System.nanoTime();
    long delivered = 0;
    while (!reading.isEmpty() || waiting.values().stream().anyMatch(q -> !q.isEmpty())) {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException(
            "reading %s was cancelled after %d of %d records"
                .formatted(spans.keySet(), delivered, total));
      }
      if (!reading.isEmpty()) {
        List<TopicPartition> full =
            reading.stream().filter(p -> size(waiting, p) >= MAX_WAITING).toList();
        List<TopicPartition> low =
            reading.stream().filter(p -> size(waiting, p) < MAX_WAITING).toList();
        consumer.pause(full);
        consumer.resume(low);
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          lastNanos = System.nanoTime();
          TopicPartition partition = new TopicPartition(record.topic(), record.partition());
          FrameRange.Span span = spans.get(partition);
          ArrayDeque<ConsumerRecord<byte[], byte[]>> queue = waiting.get(partition);
          if (span != null && queue != null && record.offset() < span.until()) {
            queue.add(record);
          }
        }
        List<TopicPartition> ended = new ArrayList<>();
        for (TopicPartition partition : reading) {
          FrameRange.Span span = spans.get(partition);
          if (span == null || consumer.position(partition) >= span.until()) {
            ended.add(partition);
          }
        }
        if (!ended.isEmpty()) {
          ended.forEach(reading::remove);
          consumer.assign(reading);
        }
        if (System.nanoTime() - lastNanos > STALL.toNanos()) {
          throw new TimeoutException(
              "no record of %s arrived for %s, %d of %d were read"
                  .formatted(reading, STALL, delivered, total));
        }
      }
      long before = delivered;
      while (reading.stream().noneMatch(p -> size(waiting, p) == 0)) {
        ArrayDeque<ConsumerRecord<byte[], byte[]>> oldest =
            waiting.values().stream()
                .filter(q -> !q.isEmpty())
                .min(Comparator.comparingLong(q -> q.getFirst().timestamp()))
                .orElse(null);
        if (oldest == null) {
          break;
        }
        each.accept(oldest.removeFirst());
        delivered++;
      }
      if (delivered > before) {
        lastNanos = System.nanoTime();
        progress.accept(Math.min(1, delivered / (double) total));
      }
    }
    progress.accept(1);
  }

  private static int size(
      Map<TopicPartition, ArrayDeque<ConsumerRecord<byte[], byte[]>>> waiting,
      TopicPartition partition) {
    ArrayDeque<ConsumerRecord<byte[], byte[]>> queue = waiting.get(partition);
    return queue == null ? 0 : queue.size();
  }
}
