package dev.residua.scoring;

import dev.residua.wire.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads timelines back from their compacted topic. The end to which it reads counts records of open
 * transactions too: a predecessor's last transaction may be decided while its mark is still on the
 * way to this topic, and must not be missed.
 */
public final class KafkaTimelineStore implements TimelineStore {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Function<IsolationLevel, Consumer<byte[], byte[]>> consumers;
  private final String topic;

  /**
   * @param consumers makes consumers outside any group; they are closed here
   */
  public KafkaTimelineStore(
      Function<IsolationLevel, Consumer<byte[], byte[]>> consumers, Topics topics) {
    this.consumers = consumers;
    this.topic = topics.timelines().name();
  }

  @Override
  public Map<Integer, Map<String, byte[]>> load(Collection<TopicPartition> partitions) {
    List<TopicPartition> mine =
        partitions.stream().map(p -> new TopicPartition(topic, p.partition())).toList();
    Map<TopicPartition, Long> ends;
    try (Consumer<byte[], byte[]> any = consumers.apply(IsolationLevel.READ_UNCOMMITTED)) {
      ends = any.endOffsets(mine);
    }
    Map<Integer, Map<String, byte[]>> newest = new HashMap<>();
    try (Consumer<byte[], byte[]> committed = consumers.apply(IsolationLevel.READ_COMMITTED)) {
      committed.assign(mine);
      committed.seekToBeginning(mine);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (mine.stream().anyMatch(p -> committed.position(p) < ends.getOrDefault(p, 0L))) {
        if (System.nanoTime() > deadline) {
          throw new TimeoutException(
              "the timelines of %s could not be read to %s within %s; a transaction of another instance may hang"
                  .formatted(mine, ends, LIMIT));
        }
        for (ConsumerRecord<byte[], byte[]> record : committed.poll(POLL)) {
          if (record.key() == null) {
            continue; // of another producer, before the topic was compacted
          }
          Map<String, byte[]> of = newest.computeIfAbsent(record.partition(), p -> new HashMap<>());
          String key = new String(record.key(), StandardCharsets.UTF_8);
          if (record.value() == null) {
            of.remove(key);
          } else {
            of.put(key, record.value());
          }
        }
      }
    }
    return newest;
  }
}
