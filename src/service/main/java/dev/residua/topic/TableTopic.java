package dev.residua.topic;

import java.util.function.Supplier;
import org.apache.kafka.common.TopicPartition;

/**
 * A compacted topic of one partition whose records make a table.
 *
 * @param noun for the table in messages, such as {@code the registry of models}
 * @param empty makes the state before the first record
 */
public record TableTopic<S>(
    String noun, TopicPartition partition, Supplier<? extends TableState<S>> empty) {
  @Override
  public String toString() {
    return "%s (%s)".formatted(noun, partition.topic());
  }
}
