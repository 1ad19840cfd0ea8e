package dev.residua.app.kafka;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;

/** Reads the state of the calibration of every source. */
public final class SourceCalibrations {
  private SourceCalibrations() {}

  /**
   * The last report of every source, by source. Other records are left out.
   *
   * @throws IOException if they cannot be read
   */
  public static SortedMap<String, CommissioningReport> read(
      KafkaClients clients, Topic<String, CommissioningReport> topic) throws IOException {
    SortedMap<String, CommissioningReport> reports = new TreeMap<>();
    try (Consumer<byte[], byte[]> consumer = clients.follower()) {
      TopicSpans.all(consumer, topic.name()).readAll(record -> topic.keepLast(record, reports));
    } catch (KafkaException e) {
      throw new IOException(
          "%s cannot be read: %s; is a broker running at %s, and does the topic exist?"
              .formatted(topic.name(), RootCause.message(e), clients.bootstrapServers()),
          e);
    }
    return reports;
  }
}
