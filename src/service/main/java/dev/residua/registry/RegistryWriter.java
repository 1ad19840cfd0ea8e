package dev.residua.registry;

import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicWriter;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Changes the registry. A bundle and its entry appear together or not at all, even if the process
 * dies. Thread-safe.
 */
public final class RegistryWriter implements AutoCloseable {
  private final Topics topics;
  private final TopicWriter<RegistryTable, RegistryRecord> writer;
  private Map<String, byte[]> bundles = Map.of(); // of the change in progress, by model

  /** Connects with the first change. */
  public RegistryWriter(TopicClients clients, Topics topics) {
    this.topics = topics;
    this.writer = new TopicWriter<>(clients, RegistryTable.of(topics), new Format());
  }

  /**
   * Changes the registry.
   *
   * @param bundles bytes by model id, for entries that are stored in parts
   * @return the registry after the change
   * @throws IOException with the remedy, if Kafka does not accept it or the decision refuses
   */
  public synchronized ModelRegistry change(
      TopicWriter.Decision<ModelRegistry, RegistryRecord> decision, Map<String, byte[]> bundles)
      throws IOException {
    this.bundles = bundles;
    try {
      TopicWriter.Change<RegistryTable, RegistryRecord> change =
          writer.change(table -> decision.on(table.registry()));
      return change.state().registry().with(change.facts());
    } catch (KafkaException e) {
      throw new IOException(
          "the registry of models (%s) cannot be changed: %s"
              .formatted(topics.models().name(), RootCause.message(e)),
          e);
    }
  }

  private final class Format implements TopicWriter.Format<RegistryTable, RegistryRecord> {
    /** Activations show it: deciding on one again could roll back twice. */
    @Override
    public boolean contains(RegistryTable table, List<RegistryRecord> facts) {
      return facts.stream().anyMatch(table.registry().activations()::contains);
    }

    @Override
    public List<ProducerRecord<byte[], byte[]>> records(
        RegistryTable table, List<RegistryRecord> facts) {
      List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
      for (RegistryRecord fact : facts) {
        byte[] bundle =
            fact instanceof Entry entry && entry.parts() > 0 ? bundles.get(entry.id()) : null;
        if (bundle != null) {
          BundleParts.cut(((Entry) fact).id(), bundle)
              .forEach((part, bytes) -> records.add(record(part.key(), bytes)));
        }
        if (fact instanceof Entry entry) {
          removeParts(table.registry(), entry.id(), entry.parts(), records);
        } else if (fact instanceof Removed && fact.key().startsWith(Entry.PREFIX)) {
          removeParts(table.registry(), fact.key().substring(Entry.PREFIX.length()), 0, records);
        }
        records.add(record(ModelRecords.key(fact.key()), ModelRecords.value(fact)));
      }
      return records;
    }

    private void removeParts(
        ModelRegistry before, String id, int from, List<ProducerRecord<byte[], byte[]>> records) {
      int parts = before.entry(id).map(Entry::parts).orElse(0);
      for (int n = from; n < parts; n++) {
        records.add(record(new ModelRecords.Part(id, n).key(), null));
      }
    }

    @SuppressWarnings("NullAway") // compaction removes a key with a null value
    private ProducerRecord<byte[], byte[]> record(byte[] key, byte @Nullable [] value) {
      return new ProducerRecord<>(topics.models().name(), Topics.REGISTRY_PARTITION, key, value);
    }
  }

  /** Closes the clients; a further change connects again. */
  @Override
  public void close() {
    writer.close();
  }
}
