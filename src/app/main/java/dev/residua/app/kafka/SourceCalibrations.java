package dev.residua.app.kafka;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reads where the calibration of every source is. */
public final class SourceCalibrations {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private SourceCalibrations() {}

  /**
   * The last report of every source, by source. Records that are none are left out.
   *
   * @throws IOException if they cannot be read in a minute
   */
  public static SortedMap<String, CommissioningReport> read(
      KafkaClients clients, Topic<String, CommissioningReport> topic) throws IOException {
    SortedMap<String, CommissioningReport> reports = new TreeMap<>();
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      List<TopicPartition> partitions = KafkaClients.partitions(consumer, topic.name());
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          topic.keepLast(record, reports);
        }
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "%s could not be read to its end within %s; check that the brokers run"
                  .formatted(topic.name(), LIMIT));
        }
      }
    } catch (KafkaException e) {
      throw new IOException(
          "%s cannot be read: %s; is a broker running at %s, and does the topic exist?"
              .formatted(topic.name(), RootCause.message(e), clients.bootstrapServers()),
          e);
    }
    return reports;
  }
}
