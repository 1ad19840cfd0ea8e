package dev.residua.registry;

import dev.residua.model.BundleStore;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/** Reads the registry's partition from its beginning. For one thread. */
public final class RegistryLog {
  /**
   * How far the number of an activation may be ahead of the offset of its record. Every activation
   * takes an offset, but a copy of the topic may have lost older ones to compaction.
   */
  public static final int NUMBERS_AHEAD = 1_000_000;

  /** Most models of which a part was read, but not the record that publishes them. */
  public static final int MAX_UNPUBLISHED = 1_000;

  private final org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final Consumer<String> problems;
  private final Map<String, Long> firstParts = new LinkedHashMap<>(); // the newest last
  private ModelRegistry registry = ModelRegistry.EMPTY;

  /**
   * @param consumer outside any group, of committed records; its owner closes it
   * @param problems receives the reason for each record that is ignored
   */
  RegistryLog(
      org.apache.kafka.clients.consumer.Consumer<byte[], byte[]> consumer,
      Topics topics,
      Consumer<String> problems) {
    this.consumer = consumer;
    this.partition = partition(topics);
    this.problems = problems;
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  static TopicPartition partition(Topics topics) {
    return new TopicPartition(topics.models().name(), Topics.REGISTRY_PARTITION);
  }

  /** Reads the records of one poll; returns whether anything changed. */
  boolean poll(Duration timeout) {
    List<RegistryRecord> facts = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : consumer.poll(timeout)) {
      if (record.key() == null) {
        problems.accept("a record without key at offset " + record.offset());
        continue;
      }
      ModelRecords.part(record.key())
          .filter(part -> part.number() == 0 && BundleStore.ID.matcher(part.modelId()).matches())
          .ifPresent(
              part -> {
                firstParts.remove(part.modelId());
                firstParts.put(part.modelId(), record.offset());
              });
      try {
        ModelRecords.fact(record.key(), record.value())
            .filter(fact -> isPossible(fact, record.offset()))
            .ifPresent(facts::add);
      } catch (SerializationException e) {
        problems.accept("%s (offset %d)".formatted(e.getMessage(), record.offset()));
      }
    }
    registry = registry.with(facts);
    forgetUnpublished();
    return !facts.isEmpty();
  }

  /**
   * Whether there can have been that many activations. Without this, one forged activation with the
   * highest number would be the last for good.
   */
  private boolean isPossible(RegistryRecord fact, long offset) {
    long number =
        fact instanceof Activation activation
            ? activation.number()
            : fact instanceof Start start ? start.number() : 0;
    boolean possible = number <= offset + NUMBERS_AHEAD;
    if (!possible) {
      problems.accept(
          "%s at offset %d; there cannot have been that many activations"
              .formatted(fact.key(), offset));
    }
    return possible;
  }

  /** Forgets the oldest first parts whose model was not published, beyond the most. */
  private void forgetUnpublished() {
    int excess = firstParts.size() - registry.entries().size() - MAX_UNPUBLISHED;
    for (Iterator<String> ids = firstParts.keySet().iterator(); excess > 0 && ids.hasNext(); ) {
      if (registry.entry(ids.next()).isEmpty()) {
        ids.remove();
        excess--;
      }
    }
  }

  long position() {
    return consumer.position(partition);
  }

  ModelRegistry registry() {
    return registry;
  }

  /** Offset of the newest first part of each model's bundle. */
  Map<String, Long> firstParts() {
    return Map.copyOf(firstParts);
  }
}
