package dev.residua.scoring;

import dev.residua.topic.StoredValues;
import dev.residua.wire.Topics;
import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/** Source of the stored timelines of partitions that this process takes over. */
@FunctionalInterface
public interface TimelineStore {
  /** Remembers nothing. */
  TimelineStore EMPTY = partitions -> Map.of();

  /**
   * The newest committed record of every key, by partition. Returns only when all transactions that
   * wrote before the call have ended.
   *
   * @param partitions partitions of the frames topic
   */
  Map<Integer, Map<String, byte[]>> load(Collection<TopicPartition> partitions);

  /**
   * Timelines on their compacted topic, with the partitions of the frames.
   *
   * @param consumers makes consumers outside any group; they are closed here
   */
  static TimelineStore onKafka(
      Function<IsolationLevel, ? extends Consumer<byte[], byte[]>> consumers, Topics topics) {
    String topic = topics.timelines().name();
    return partitions ->
        StoredValues.read(
            consumers,
            partitions.stream().map(p -> new TopicPartition(topic, p.partition())).toList(),
            () -> false);
  }
}
