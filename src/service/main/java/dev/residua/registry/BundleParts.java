package dev.residua.registry;

import dev.residua.model.BadBundleException;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicSpans;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Splits the bytes of bundles into records and joins them again. */
final class BundleParts {
  /** Largest part, below the default size limit of brokers for a message. */
  static final int PART_BYTES = 512 << 10;

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** Else closing awaits the request for records after the parts, for half a second. */
  private static final CloseOptions AT_ONCE = CloseOptions.timeout(Duration.ZERO);

  private BundleParts() {}

  static int count(int bytes) {
    return (bytes + PART_BYTES - 1) / PART_BYTES;
  }

  static Map<ModelRecords.Part, byte[]> cut(String modelId, byte[] bundle) {
    Map<ModelRecords.Part, byte[]> parts = new LinkedHashMap<>();
    for (int n = 0; n < count(bundle.length); n++) {
      parts.put(
          new ModelRecords.Part(modelId, n),
          Arrays.copyOfRange(
              bundle, n * PART_BYTES, Math.min(bundle.length, (n + 1) * PART_BYTES)));
    }
    return parts;
  }

  /**
   * Reads and joins a bundle's parts, which are consecutive in the log.
   *
   * @param first offset of the first part
   * @throws BadBundleException if parts are missing or their digest is wrong
   * @throws IOException if Kafka does not deliver them
   */
  static byte[] read(TopicClients clients, Topics topics, Entry entry, long first)
      throws BadBundleException, IOException {
    TopicPartition partition = RegistryTable.partition(topics);
    byte[][] parts = new byte[entry.parts()][];
    Consumer<byte[], byte[]> consumer = clients.consumers().apply(IsolationLevel.READ_COMMITTED);
    try {
      TopicSpans spans =
          new TopicSpans(
                  consumer,
                  TopicSpans.spans(
                      Map.of(partition, first), consumer.endOffsets(List.of(partition))))
              .withLimit(LIMIT)
              .stoppedBy(() -> missing(parts) == 0);
      TopicSpans.Status status =
          spans.read(
              record ->
                  part(record)
                      .filter(part -> part.modelId().equals(entry.id()))
                      .filter(part -> part.number() >= 0 && part.number() < parts.length)
                      .ifPresent(part -> parts[part.number()] = record.value()));
      if (status == TopicSpans.Status.TIMED_OUT) {
        throw new IOException(
            "the parts of model %s could not be read from %s within %s"
                .formatted(entry.id(), partition, LIMIT));
      }
    } catch (KafkaException e) {
      throw new IOException(
          "the parts of model %s cannot be read from %s: %s"
              .formatted(entry.id(), partition, e.getMessage()),
          e);
    } finally {
      consumer.close(AT_ONCE);
    }
    long missing = missing(parts);
    if (missing > 0) {
      throw new BadBundleException(
          "the registry lacks %d of the %d parts of model %s; publish it again: residua model publish FILE"
              .formatted(missing, parts.length, entry.id()));
    }
    ByteArrayOutputStream whole = new ByteArrayOutputStream((int) Math.min(entry.bytes(), 1 << 28));
    for (byte[] part : parts) {
      whole.writeBytes(part);
    }
    return whole.toByteArray();
  }

  private static Optional<ModelRecords.Part> part(ConsumerRecord<byte[], byte[]> record) {
    return record.key() == null ? Optional.empty() : ModelRecords.part(record.key());
  }

  private static long missing(byte[][] parts) {
    return Arrays.stream(parts).filter(Objects::isNull).count();
  }
}
