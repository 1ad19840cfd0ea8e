package dev.residua.app.kafka;

import dev.residua.topic.TopicSpans;
import dev.residua.wire.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/** Reads the end of a topic. */
public final class RecentRecords {
  private RecentRecords() {}

  /**
   * The last value of each key among the newest records. Records that cannot be read are left out.
   *
   * @param since time of the oldest record that counts
   * @param max records that are read of all partitions together, and at least one of each
   * @param limit time after which the rest is left out
   */
  public static <K, V> Map<K, V> last(
      KafkaClients clients, Topic<K, V> topic, Instant since, int max, Duration limit) {
    Map<K, V> last = new HashMap<>();
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      List<TopicPartition> partitions = TopicSpans.partitions(consumer, topic.name());
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      Map<TopicPartition, Long> starts = TopicSpans.offsets(consumer, partitions, since);
      long each = Math.max(1, max / Math.max(1, partitions.size()));
      starts.replaceAll(
          (partition, start) -> Math.max(start, ends.getOrDefault(partition, 0L) - each));
      new TopicSpans(consumer, TopicSpans.spans(starts, ends))
          .withLimit(limit)
          .read(record -> topic.keepLast(record, last));
    }
    return last;
  }
}
