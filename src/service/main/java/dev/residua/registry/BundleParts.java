package dev.residua.registry;

import dev.residua.model.BadBundleException;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  private static final Duration POLL = Duration.ofMillis(200);
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
  static byte[] read(RegistryClients clients, Topics topics, Entry entry, long first)
      throws BadBundleException, IOException {
    TopicPartition partition = RegistryLog.partition(topics);
    byte[][] parts = new byte[entry.parts()][];
    int missing = parts.length;
    Consumer<byte[], byte[]> consumer = clients.consumers().apply(IsolationLevel.READ_COMMITTED);
    try {
      consumer.assign(List.of(partition));
      consumer.seek(partition, first);
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (missing > 0 && consumer.position(partition) < end) {
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "the parts of model %s could not be read from %s within %s"
                  .formatted(entry.id(), partition, LIMIT));
        }
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
          Optional<ModelRecords.Part> part =
              record.key() == null ? Optional.empty() : ModelRecords.part(record.key());
          if (part.isPresent() && part.get().modelId().equals(entry.id())) {
            int number = part.get().number();
            if (number >= 0 && number < parts.length) {
              missing -= parts[number] == null && record.value() != null ? 1 : 0;
              missing += parts[number] != null && record.value() == null ? 1 : 0;
              parts[number] = record.value();
            }
          }
        }
      }
    } catch (KafkaException e) {
      throw new IOException(
          "the parts of model %s cannot be read from %s: %s"
              .formatted(entry.id(), partition, e.getMessage()),
          e);
    } finally {
      consumer.close(AT_ONCE);
    }
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
}
