package dev.residua.registry;

import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.wire.ModelRecords;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Changes the registry: decides on the newest state and writes, as one transaction. All writers
 * share one transactional id, so a later writer fences an earlier one, which then decides again on
 * the new state. A bundle and its entry appear together or not at all, even if the process dies.
 * The state and the producer are reused for the next change. Thread-safe.
 */
public final class RegistryWriter implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final RegistryClients clients;
  private final Topics topics;
  private @Nullable Producer<byte[], byte[]> producer; // not fenced, as far as is known
  private @Nullable Reading reading;
  private List<RegistryRecord> written = List.of(); // by the last attempt

  private record Reading(Consumer<byte[], byte[]> consumer, RegistryLog log) {}

  /** Connects with the first change. */
  public RegistryWriter(RegistryClients clients, Topics topics) {
    this.clients = clients;
    this.topics = topics;
  }

  /** Decides what to write, given the state of the registry. */
  @FunctionalInterface
  public interface Decision {
    /**
     * Decides; called again after a change by another writer.
     *
     * @return facts in their order; none to change nothing
     * @throws IOException with the reason, if the state does not allow the change
     */
    List<RegistryRecord> on(ModelRegistry registry) throws IOException;
  }

  /**
   * Changes the registry.
   *
   * @param bundles bytes by model id, for entries that are stored in parts
   * @return the registry after the change
   * @throws IOException with the remedy, if Kafka does not accept it or the decision refuses
   */
  public synchronized ModelRegistry change(Decision decision, Map<String, byte[]> bundles)
      throws IOException {
    written = List.of();
    try {
      return Overtaken.retry("the registry of models", () -> attempt(decision, bundles));
    } catch (KafkaException e) {
      throw new IOException(
          "the registry of models (%s) cannot be changed: %s"
              .formatted(topics.models().name(), RootCause.message(e)),
          e);
    }
  }

  private ModelRegistry attempt(Decision decision, Map<String, byte[]> bundles) throws IOException {
    try {
      return changeOnce(decision, bundles);
    } catch (KafkaException e) {
      close(); // a fenced producer cannot go on
      throw e;
    }
  }

  private ModelRegistry changeOnce(Decision decision, Map<String, byte[]> bundles)
      throws IOException {
    Producer<byte[], byte[]> open = producer();
    ModelRegistry before = read();
    if (written.stream().anyMatch(before.activations()::contains)) {
      return before; // committed after all; deciding again could roll back twice
    }
    List<RegistryRecord> facts = decision.on(before);
    written = facts;
    if (facts.isEmpty()) {
      return before;
    }
    open.beginTransaction();
    try {
      Future<RecordMetadata> last = null;
      for (RegistryRecord fact : facts) {
        byte[] bundle =
            fact instanceof Entry entry && entry.parts() > 0 ? bundles.get(entry.id()) : null;
        if (bundle != null) {
          BundleParts.cut(((Entry) fact).id(), bundle)
              .forEach((part, bytes) -> send(open, part.key(), bytes));
        }
        if (fact instanceof Entry entry) {
          removeParts(open, before, entry.id(), entry.parts());
        } else if (fact instanceof Removed && fact.key().startsWith(Entry.PREFIX)) {
          removeParts(open, before, fact.key().substring(Entry.PREFIX.length()), 0);
        }
        last = send(open, ModelRecords.key(fact.key()), ModelRecords.value(fact));
      }
      if (last != null) {
        last.get();
      }
      open.commitTransaction();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the registry of models was changed", e);
    }
    return before.with(facts);
  }

  /** The producer; its initialisation fences all earlier writers. */
  private Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      open = clients.producers().get();
      producer = open; // so that it is closed in any case
      open.initTransactions();
    }
    return open;
  }

  /** Deletes the parts of a model from a number on. */
  private void removeParts(
      Producer<byte[], byte[]> producer, ModelRegistry before, String id, int from) {
    int parts = before.entry(id).map(Entry::parts).orElse(0);
    for (int n = from; n < parts; n++) {
      send(producer, new ModelRecords.Part(id, n).key(), null);
    }
  }

  @SuppressWarnings("NullAway") // compaction removes a key with a null value
  private Future<RecordMetadata> send(
      Producer<byte[], byte[]> producer, byte[] key, byte @Nullable [] value) {
    return producer.send(
        new ProducerRecord<>(topics.models().name(), Topics.REGISTRY_PARTITION, key, value));
  }

  /**
   * The committed state. A writer that commits before this one fences it, except for starts of
   * activations, on which no decision depends.
   */
  private ModelRegistry read() throws IOException {
    TopicPartition partition = RegistryLog.partition(topics);
    Reading open = reading;
    if (open == null) {
      Consumer<byte[], byte[]> consumer = clients.consumers().apply(IsolationLevel.READ_COMMITTED);
      open = new Reading(consumer, new RegistryLog(consumer, topics, problem -> {}));
      reading = open;
    }
    long end;
    try (Consumer<byte[], byte[]> any =
        clients.consumers().apply(IsolationLevel.READ_UNCOMMITTED)) {
      end = any.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
    long deadline = System.nanoTime() + LIMIT.toNanos();
    while (open.log().position() < end) {
      open.log().poll(POLL);
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the registry of models (%s) could not be read to offset %d within %s; a transaction of another process may hang"
                .formatted(partition, end, LIMIT));
      }
    }
    return open.log().registry();
  }

  /** Closes the clients; a further change connects again. */
  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close(CLOSE);
      producer = null;
    }
    if (reading != null) {
      reading.consumer().close();
      reading = null;
    }
  }
}
