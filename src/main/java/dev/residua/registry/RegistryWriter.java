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
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * Changes the registry: decides on the newest state and writes, as one transaction. All writers
 * share one transactional id, so that whoever begins later makes the earlier fail, which then
 * decides again on what the later one wrote. A bundle and its entry appear together or not at all,
 * whenever the process dies. What was read and the transactional producer are kept from one change
 * to the next. For any thread, one after the other.
 */
public final class RegistryWriter implements AutoCloseable {
  private static final int ATTEMPTS = 8;
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final RegistryClients clients;
  private final Topics topics;
  private @Nullable Producer<byte[], byte[]> producer; // not fenced, as far as is known
  private @Nullable Reading reading;

  private record Reading(Consumer<byte[], byte[]> consumer, RegistryLog log) {}

  /** Connects with the first change. */
  public RegistryWriter(RegistryClients clients, Topics topics) {
    this.clients = clients;
    this.topics = topics;
  }

  /** What to write, given what there is. */
  @FunctionalInterface
  public interface Decision {
    /**
     * Decides; may be asked again where another writer came in between.
     *
     * @return facts in their order; none to leave everything as it is
     * @throws IOException if it cannot be done as things stand, with the reason
     */
    List<RegistryRecord> on(ModelRegistry registry) throws IOException;
  }

  /**
   * Changes the registry.
   *
   * @param bundles bytes by model id, for the entries among the facts that lie in parts
   * @return the registry after the change
   * @throws IOException with what to do, if Kafka does not take it or the decision refuses
   */
  public synchronized ModelRegistry change(Decision decision, Map<String, byte[]> bundles)
      throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return changeOnce(decision, bundles);
      } catch (ProducerFencedException
          | InvalidProducerEpochException
          | InvalidTxnStateException e) {
        // The last where the other one's start has ended our transaction just before its commit.
        close();
        if (attempt == ATTEMPTS) {
          throw new IOException(
              "%d attempts to change the registry of models were each overtaken by another process; try again"
                  .formatted(ATTEMPTS),
              e);
        }
      } catch (KafkaException e) {
        close();
        throw new IOException(
            "the registry of models (%s) cannot be changed: %s"
                .formatted(topics.models().name(), RootCause.message(e)),
            e);
      }
    }
  }

  private ModelRegistry changeOnce(Decision decision, Map<String, byte[]> bundles)
      throws IOException {
    Producer<byte[], byte[]> open = producer();
    ModelRegistry before = read();
    List<RegistryRecord> facts = decision.on(before);
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

  /** From its first use on whoever was before us can commit nothing. */
  private Producer<byte[], byte[]> producer() {
    Producer<byte[], byte[]> open = producer;
    if (open == null) {
      open = clients.producers().get();
      producer = open; // closed whatever happens now
      open.initTransactions();
    }
    return open;
  }

  /** Removes the parts of a model from a number on. */
  private void removeParts(
      Producer<byte[], byte[]> producer, ModelRegistry before, String id, int from) {
    int parts = before.entry(id).map(Entry::parts).orElse(0);
    for (int n = from; n < parts; n++) {
      send(producer, new ModelRecords.Part(id, n).key(), null);
    }
  }

  @SuppressWarnings("NullAway") // an empty value is what compaction removes
  private Future<RecordMetadata> send(
      Producer<byte[], byte[]> producer, byte[] key, byte @Nullable [] value) {
    return producer.send(
        new ProducerRecord<>(topics.models().name(), Topics.REGISTRY_PARTITION, key, value));
  }

  /**
   * All that is committed. Who commits something else until we do fences us, but for starts of
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

  /** Gives the clients back; a further change connects again. */
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
