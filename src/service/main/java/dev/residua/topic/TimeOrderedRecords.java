package dev.residua.topic;

import dev.residua.topic.TopicSpans.Status;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Merges the records of several partitions by timestamp: of the next records of all partitions, the
 * oldest comes first. A partition that is ahead waits, which bounds the records in memory.
 */
public final class TimeOrderedRecords {
  private static final int MAX_WAITING = 2_000;

  private final Map<TopicPartition, Queue<ConsumerRecord<byte[], byte[]>>> waiting =
      new HashMap<>();

  private TimeOrderedRecords(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> waiting.put(partition, new ArrayDeque<>()));
  }

  /**
   * Passes on every record of these spans.
   *
   * @param progress receives the share that is read, in [0, 1]
   * @throws CancellationException if {@code cancelled} is true
   */
  public static void readAll(
      Consumer<byte[], byte[]> consumer,
      Map<TopicPartition, OffsetSpan> spans,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each,
      DoubleConsumer progress,
      BooleanSupplier cancelled) {
    TimeOrderedRecords records = new TimeOrderedRecords(spans.keySet());
    TopicSpans reading =
        new TopicSpans(consumer, spans).withProgress(progress).stoppedBy(cancelled);
    Status status = Status.READING;
    while (status == Status.READING) {
      status = reading.poll(record -> records.of(partition(record)).add(record));
      records.passOn(reading.left(), each);
      Map<Boolean, List<TopicPartition>> byFull =
          reading.left().stream()
              .collect(Collectors.partitioningBy(p -> records.of(p).size() >= MAX_WAITING));
      consumer.pause(byFull.getOrDefault(true, List.of()));
      consumer.resume(byFull.getOrDefault(false, List.of()));
    }
    reading.check(status);
  }

  private static TopicPartition partition(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  private Queue<ConsumerRecord<byte[], byte[]>> of(TopicPartition partition) {
    return waiting.computeIfAbsent(partition, any -> new ArrayDeque<>());
  }

  /** Passes on the oldest records until a partition could still have an older one. */
  private void passOn(
      Collection<TopicPartition> reading,
      java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> each) {
    while (reading.stream().noneMatch(partition -> of(partition).isEmpty())) {
      ConsumerRecord<byte[], byte[]> oldest =
          waiting.values().stream()
              .map(Queue::peek)
              .filter(Objects::nonNull)
              .min(Comparator.comparingLong(ConsumerRecord::timestamp))
              .orElse(null);
      if (oldest == null) {
        return;
      }
      of(partition(oldest)).remove();
      each.accept(oldest);
    }
  }
}
