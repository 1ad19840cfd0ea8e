package dev.residua.registry;

import dev.residua.model.BundleStore;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.topic.TableState;
import dev.residua.topic.TableTopic;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.Topics;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The registry as its topic stores it.
 *
 * @param firstParts offset of the newest first part of each model's bundle
 */
public record RegistryTable(ModelRegistry registry, Map<String, Long> firstParts) {
  /**
   * Distance by which the number of an activation may be ahead of the offset of its record. Every
   * activation takes an offset, but a copy of the topic may have lost older ones to compaction.
   * Without this bound, one forged activation with the highest number would be the last for good.
   */
  public static final int NUMBERS_AHEAD = 1_000_000;

  /** Max number of models of which a part was read, but not the record that publishes them. */
  public static final int MAX_UNPUBLISHED = 1_000;

  /** The table of an installation. */
  public static TableTopic<RegistryTable> of(Topics topics) {
    return new TableTopic<>("the registry of models", partition(topics), State::new);
  }

  static TopicPartition partition(Topics topics) {
    return new TopicPartition(topics.models().name(), Topics.REGISTRY_PARTITION);
  }

  private static final class State implements TableState<RegistryTable> {
    private final Map<String, Long> firstParts = new LinkedHashMap<>(); // the newest last
    private final List<RegistryRecord> facts = new ArrayList<>(); // not in the registry yet
    private ModelRegistry registry = ModelRegistry.EMPTY;

    @Override
    public boolean apply(ConsumerRecord<byte[], byte[]> record) {
      if (record.key() == null) {
        throw new SerializationException("the record has no key");
      }
      ModelRecords.part(record.key())
          .filter(part -> part.number() == 0 && BundleStore.ID.matcher(part.modelId()).matches())
          .ifPresent(part -> firstPart(part.modelId(), record.offset()));
      return ModelRecords.fact(record.key(), record.value())
          .map(fact -> facts.add(possible(fact, record.offset())))
          .orElse(false);
    }

    private static RegistryRecord possible(RegistryRecord fact, long offset) {
      long number =
          fact instanceof Activation activation
              ? activation.number()
              : fact instanceof Start start ? start.number() : 0;
      if (number > offset + NUMBERS_AHEAD) {
        throw new SerializationException(
            "the key is '%s'; there cannot have been that many activations".formatted(fact.key()));
      }
      return fact;
    }

    private void firstPart(String modelId, long offset) {
      firstParts.remove(modelId);
      firstParts.put(modelId, offset);
      if (firstParts.size() > registry.entries().size() + MAX_UNPUBLISHED) {
        addFacts();
        forgetUnpublished();
      }
    }

    private void forgetUnpublished() {
      int excess = firstParts.size() - registry.entries().size() - MAX_UNPUBLISHED;
      for (Iterator<String> ids = firstParts.keySet().iterator(); excess > 0 && ids.hasNext(); ) {
        if (registry.entry(ids.next()).isEmpty()) {
          ids.remove();
          excess--;
        }
      }
    }

    private void addFacts() {
      List<RegistryRecord> added = List.copyOf(facts);
      facts.clear(); // so that a fact that fails is not tried again
      registry = registry.with(added);
    }

    @Override
    public RegistryTable snapshot() {
      addFacts();
      return new RegistryTable(registry, Map.copyOf(firstParts));
    }
  }
}
