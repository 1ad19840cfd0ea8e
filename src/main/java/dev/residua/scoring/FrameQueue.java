package dev.residua.scoring;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that were fetched and wait to be scored, at most about twice what one transaction takes:
 * while that many wait, the partitions are paused, and polls only keep the membership alive. For
 * one thread.
 */
final class FrameQueue {
  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;
  private final int full;
  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private boolean paused;

  /**
   * @param full records from which on nothing more is fetched
   */
  FrameQueue(Consumer<byte[], byte[]> consumer, int full) {
    this.consumer = consumer;
    this.full = full;
  }

  /**
   * Fetches what there is, and where something came, for so much longer what comes.
   *
   * @param stopped ends the wait
   */
  void gather(Duration longer, BooleanSupplier stopped) {
    poll(waiting.isEmpty() ? POLL : Duration.ZERO);
    long deadline = System.nanoTime() + longer.toNanos();
    while (!waiting.isEmpty() && waiting.size() < full && !stopped.getAsBoolean()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      poll(Duration.ofNanos(left));
    }
  }

  private void poll(Duration timeout) {
    if (waiting.size() >= full) {
      consumer.pause(consumer.assignment()); // also what has been assigned since
      paused = true;
    } else if (paused) {
      consumer.resume(consumer.paused());
      paused = false;
    }
    consumer.poll(timeout).forEach(waiting::addLast);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  ConsumerRecord<byte[], byte[]> next() {
    return waiting.removeFirst();
  }

  /** Puts records back where they were taken from. */
  void putBack(List<ConsumerRecord<byte[], byte[]>> taken) {
    for (int i = taken.size() - 1; i >= 0; i--) {
      waiting.addFirst(taken.get(i));
    }
  }

  /** Forgets the records of partitions that went elsewhere. */
  void forget(Collection<TopicPartition> partitions) {
    waiting.removeIf(record -> partitions.contains(partition(record)));
  }

  /**
   * Forgets everything.
   *
   * @return offset of the first record of each partition that was forgotten
   */
  Map<TopicPartition, Long> clear() {
    Map<TopicPartition, Long> first = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : waiting) {
      first.putIfAbsent(partition(record), record.offset());
    }
    waiting.clear();
    return first;
  }

  static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
    return new TopicPartition(record.topic(), record.partition());
  }
}
