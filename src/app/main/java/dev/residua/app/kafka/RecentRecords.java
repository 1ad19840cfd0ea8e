package dev.residua.app.kafka;

import dev.residua.wire.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;

/** Reads the end of a topic. */
public final class RecentRecords {
  private static final Duration POLL = Duration.ofMillis(250);

  private RecentRecords() {}

  /**
   * The last value of each key among the newest records. Records that are none are left out.
   *
   * @param since time of the oldest record that counts
   * @param most records that are read of all partitions together, and at least one of each
   * @param limit time after which the rest is left out
   */
  public static <K, V> Map<K, V> last(
      KafkaClients clients, Topic<K, V> topic, Instant since, int most, Duration limit) {
    Map<K, V> last = new HashMap<>();
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      List<TopicPartition> partitions = KafkaClients.partitions(consumer, topic.name());
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Map<TopicPartition, OffsetAndTimestamp> starts =
          consumer.offsetsForTimes(
              partitions.stream().collect(Collectors.toMap(p -> p, p -> since.toEpochMilli())));
      long each = Math.max(1, most / Math.max(1, partitions.size()));
      consumer.assign(partitions);
      for (TopicPartition partition : partitions) {
        long end = ends.getOrDefault(partition, 0L);
        OffsetAndTimestamp start = starts.get(partition);
        consumer.seek(partition, start == null ? end : Math.max(start.offset(), end - each));
      }
      long deadline = System.nanoTime() + limit.toNanos();
      while (System.nanoTime() < deadline
          && partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          topic.keepLast(record, last);
        }
      }
    }
    return last;
  }
}
