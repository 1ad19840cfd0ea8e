package dev.residua.topic;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * Factory of the Kafka clients of one table.
 *
 * @param consumers of all records or of committed ones, outside any group; closed by the caller
 * @param producers transactional, all with the same id, so that a newer one fences the older
 */
public record TopicClients(
    Function<IsolationLevel, Consumer<byte[], byte[]>> consumers,
    Supplier<Producer<byte[], byte[]>> producers) {

  /**
   * Offset after the last record of a partition. For committed records: offset of the first open
   * transaction, if there is one.
   */
  public long end(TopicPartition partition, IsolationLevel isolation) {
    try (Consumer<byte[], byte[]> consumer = consumers.apply(isolation)) {
      return consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
  }
}
