package dev.residua.wire;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Reader of single records at given offsets of a topic. Owns its consumer. For one thread. */
public final class RecordReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(250);
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final Consumer<byte[], byte[]> consumer;
  private final String topic;
  private final String noun;

  /**
   * @param consumer without a group, of committed records; closed here
   * @param noun for a record of the topic, in messages
   */
  public RecordReader(Consumer<byte[], byte[]> consumer, String topic, String noun) {
    this.consumer = consumer;
    this.topic = topic;
    this.noun = noun;
  }

  /** Name of the topic. */
  public String topic() {
    return topic;
  }

  /**
   * The record at a place.
   *
   * @throws MissingException if there is no such record, or if it was removed
   * @throws IOException with a sentence, if Kafka does not answer
   */
  public ConsumerRecord<byte[], byte[]> read(int partition, long offset)
      throws MissingException, IOException {
    TopicPartition place = new TopicPartition(topic, partition);
    try {
      long partitions = consumer.partitionsFor(topic).size();
      if (partition < 0 || partition >= partitions) {
        throw new MissingException(
            "the topic %s has no partition %d, only %d partitions"
                .formatted(topic, partition, partitions));
      }
      long end = end(place);
      if (offset >= end) {
        throw new MissingException(
            "there is no %s %s@%d yet; the next one is %d".formatted(noun, place, offset, end));
      }
      Map<TopicPartition, Long> begin = consumer.beginningOffsets(List.of(place));
      if (offset < begin.getOrDefault(place, 0L)) {
        throw removed(place, offset);
      }
      consumer.assign(List.of(place));
      consumer.seek(place, offset);
      long deadline = System.nanoTime() + TIMEOUT_NANOS;
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          if (record.offset() != offset) {
            throw removed(place, offset);
          }
          return record;
        }
      }
      throw new MissingException(
          "the %s %s@%d cannot be read: it is not committed, or was removed"
              .formatted(noun, place, offset));
    } catch (KafkaException e) {
      throw new IOException(
          "the %s %s@%d cannot be read: %s".formatted(noun, place, offset, RootCause.message(e)),
          e);
    }
  }

  private long end(TopicPartition place) {
    return consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
  }

  private MissingException removed(TopicPartition place, long offset) {
    return new MissingException(
        "the %s %s@%d is no longer stored: the retention of the topic has removed it"
            .formatted(noun, place, offset));
  }

  @Override
  public void close() {
    consumer.close();
  }

  /** Thrown if there is no such record, or if it was removed; the message is for a person. */
  public static final class MissingException extends Exception {
    private static final long serialVersionUID = 1L;

    public MissingException(String message) {
      super(message);
    }
  }
}
