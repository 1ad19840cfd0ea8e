package dev.residua.scoring;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Records that were fetched and wait to be scored, at most about two transactions, and of large
 * frames {@link #FULL_BYTES} and one poll more: while that many wait, the partitions are paused,
 * and polls only keep the membership alive. For one thread.
 */
final class FrameQueue {
  private static final Duration POLL = Duration.ofMillis(200);

  /** Bytes of keys and values from which on nothing more is fetched, 64 MiB. */
  static final long FULL_BYTES = 64L << 20;

  private static final int STALE_FACTOR = 3;

  /** A poll that takes longer has waited for the broker. */
  private static final long AT_ONCE_NANOS = 1_000_000;

  private final Consumer<byte[], byte[]> consumer;
  private final int full;
  private final LongSupplier nanos;
  private final Deque<ConsumerRecord<byte[], byte[]>> waiting = new ArrayDeque<>();
  private long bytes; // of keys and values that wait
  private boolean paused;

  /**
   * @param full records from which on nothing more is fetched
   */
  FrameQueue(Consumer<byte[], byte[]> consumer, int full) {
    this(consumer, full, System::nanoTime);
  }

  /**
   * @param nanos gives the time, as {@link System#nanoTime} does
   */
  FrameQueue(Consumer<byte[], byte[]> consumer, int full, LongSupplier nanos) {
    this.consumer = consumer;
    this.full = full;
    this.nanos = nanos;
  }

  /**
   * Fetches the available records, and if there are any, those of the following {@code wait}.
   * Records that are there at once were fetched before the last transaction was committed, and
   * records that have arrived since are still at the broker. Without an answer of the broker they
   * would be scored alone, and the others after one transaction more; so it waits up to three times
   * as long for that answer.
   *
   * @param stopped ends the wait
   */
  void gather(Duration longer, BooleanSupplier stopped) {
    long start = nanos.getAsLong();
    int came = poll(waiting.isEmpty() ? POLL : Duration.ZERO);
    boolean fresh = hasWaited(start);
    long deadline = nanos.getAsLong() + longer.toNanos();
    long latest = deadline + (STALE_FACTOR - 1) * longer.toNanos();
    while (!waiting.isEmpty() && !isFull() && !stopped.getAsBoolean()) {
      long now = nanos.getAsLong();
      long left = (fresh ? deadline : latest) - now;
      if (left <= 0 && came < ScoringLoop.POLLED_FRAMES) {
        return; // what has been fetched is all here
      }
      came = poll(Duration.ofNanos(Math.max(0, left)));
      fresh |= came > 0 && hasWaited(now);
    }
  }

  private boolean hasWaited(long since) {
    return nanos.getAsLong() - since > AT_ONCE_NANOS;
  }

  private boolean isFull() {
    return waiting.size() >= full || bytes >= FULL_BYTES;
  }

  /** Returns how many records came. */
  private int poll(Duration timeout) {
    if (isFull()) {
      consumer.pause(consumer.assignment()); // also partitions assigned since
      paused = true;
    } else if (paused) {
      consumer.resume(consumer.paused());
      paused = false;
    }
    int before = waiting.size();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
      waiting.addLast(record);
      bytes += size(record);
    }
    return waiting.size() - before;
  }

  private static long size(ConsumerRecord<byte[], byte[]> record) {
    return (record.key() == null ? 0L : record.key().length)
        + (record.value() == null ? 0L : record.value().length);
  }

  int size() {
    return waiting.size();
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Offset of the first record of a partition that waits. */
  Optional<Long> first(TopicPartition partition) {
    return waiting.stream()
        .filter(record -> partition(record).equals(partition))
        .findFirst()
        .map(ConsumerRecord::offset);
  }

  /** The first records that wait, at most so many. */
  List<ConsumerRecord<byte[], byte[]>> peek(int most) {
    return waiting.stream().limit(most).toList();
  }

  ConsumerRecord<byte[], byte[]> next() {
    ConsumerRecord<byte[], byte[]> record = waiting.removeFirst();
    bytes -= size(record);
    return record;
  }

  /** Puts records back at their old places. */
  void putBack(List<ConsumerRecord<byte[], byte[]>> taken) {
    for (int i = taken.size() - 1; i >= 0; i--) {
      waiting.addFirst(taken.get(i));
      bytes += size(taken.get(i));
    }
  }

  /** Forgets the records of partitions that went elsewhere. */
  void forget(Collection<TopicPartition> partitions) {
    waiting.removeIf(record -> partitions.contains(partition(record)));
    bytes = waiting.stream().mapToLong(FrameQueue::size).sum();
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
    bytes = 0;
    return first;
  }

  static TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
    return new TopicPartition(record.topic(), record.partition());
  }
}
