package dev.residua.scoring;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Source of timelines of partitions that are taken over. */
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
}
