package dev.residua.topic;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads back the last value of each key of a compacted topic. */
public final class StoredValues {
  private StoredValues() {}

  /**
   * The committed values by partition and key, also of transactions that are open at the time of
   * the call: the last one of a predecessor may be decided while its mark is still on the path to
   * this topic.
   *
   * @param consumers outside any group; closed here
   * @param stop ends the reading early
   * @throws TimeoutException if the brokers do not deliver them in time
   */
  public static Map<Integer, Map<String, byte[]>> read(
      Function<IsolationLevel, ? extends Consumer<byte[], byte[]>> consumers,
      Collection<TopicPartition> partitions,
      BooleanSupplier stop) {
    Map<TopicPartition, Long> ends;
    try (Consumer<?, ?> any = consumers.apply(IsolationLevel.READ_UNCOMMITTED)) {
      ends = any.endOffsets(partitions);
    }
    Map<Integer, Map<String, byte[]>> values = new HashMap<>();
    try (Consumer<byte[], byte[]> committed = consumers.apply(IsolationLevel.READ_COMMITTED)) {
      Map<TopicPartition, Long> starts = committed.beginningOffsets(partitions);
      TopicSpans spans = new TopicSpans(committed, TopicSpans.spans(starts, ends)).stoppedBy(stop);
      TopicSpans.Status status =
          spans.read(
              record -> {
                if (record.key() == null) {
                  return; // foreign, from before the topic was compacted
                }
                String key = new String(record.key(), StandardCharsets.UTF_8);
                Map<String, byte[]> of =
                    values.computeIfAbsent(record.partition(), p -> new LinkedHashMap<>());
                if (record.value() == null) {
                  of.remove(key);
                } else {
                  of.put(key, record.value());
                }
              });
      if (status == TopicSpans.Status.TIMED_OUT) {
        spans.check(status);
      }
    }
    return values;
  }
}
