package dev.residua.models;

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
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * Changes the registry: decides on the newest state and writes, as one transaction. All writers
 * share one transactional id, so that whoever begins later makes the earlier fail, which then
 * decides again on what the later one wrote. A bundle and its entry appear together or not at all,
 * whenever the process dies.
 */
public final class RegistryWriter {
  private static final int ATTEMPTS = 8;
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final RegistryClients clients;
  private final Topics topics;

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
  public ModelRegistry change(Decision decision, Map<String, byte[]> bundles) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try (Closing closing = new Closing(clients.producers().get())) {
        return changeOnce(closing.producer, decision, bundles);
      } catch (ProducerFencedException | InvalidProducerEpochException e) {
        if (attempt == ATTEMPTS) {
          throw new IOException(
              "%d attempts to change the registry of models were each overtaken by another process; try again"
                  .formatted(ATTEMPTS),
              e);
        }
      } catch (KafkaException e) {
        throw new IOException(
            "the registry of models (%s) cannot be changed: %s"
                .formatted(topics.models().name(), RootCause.message(e)),
            e);
      }
    }
  }

  private ModelRegistry changeOnce(
      Producer<byte[], byte[]> producer, Decision decision, Map<String, byte[]> bundles)
      throws IOException {
    producer.initTransactions(); // from now on whoever was before us can commit nothing
    ModelRegistry before = read();
    List<RegistryRecord> facts = decision.on(before);
    if (facts.isEmpty()) {
      return before;
    }
    producer.beginTransaction();
    try {
      Future<RecordMetadata> last = null;
      for (RegistryRecord fact : facts) {
        byte[] bundle = fact instanceof Entry entry ? bundles.get(entry.id()) : null;
        if (bundle != null) {
          BundleParts.cut(((Entry) fact).id(), bundle)
              .forEach((part, bytes) -> send(producer, part.key(), bytes));
        }
        if (fact instanceof Removed) {
          removeParts(producer, before, fact.key());
        }
        last = send(producer, ModelRecords.key(fact.key()), ModelRecords.value(fact));
      }
      if (last != null) {
        last.get();
      }
      producer.commitTransaction();
    } catch (ExecutionException e) {
      producer.abortTransaction();
      throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the registry of models was changed", e);
    }
    return before.with(facts);
  }

  private void removeParts(Producer<byte[], byte[]> producer, ModelRegistry before, String key) {
    if (key.startsWith(Entry.PREFIX)) {
      String id = key.substring(Entry.PREFIX.length());
      int parts = before.entry(id).map(Entry::parts).orElse(0);
      for (int n = 0; n < parts; n++) {
        send(producer, new ModelRecords.Part(id, n).key(), null);
      }
    }
  }

  @SuppressWarnings("NullAway") // an empty value is what compaction removes
  private Future<RecordMetadata> send(
      Producer<byte[], byte[]> producer,
      byte[] key,
      byte @org.jspecify.annotations.Nullable [] value) {
    return producer.send(
        new ProducerRecord<>(topics.models().name(), Topics.REGISTRY_PARTITION, key, value));
  }

  /** All that is committed; nobody else can commit any more but starts of activations. */
  private ModelRegistry read() throws IOException {
    TopicPartition partition = RegistryLog.partition(topics);
    try (Consumer<byte[], byte[]> any = clients.consumers().apply(IsolationLevel.READ_UNCOMMITTED);
        Consumer<byte[], byte[]> committed =
            clients.consumers().apply(IsolationLevel.READ_COMMITTED)) {
      long end = any.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      RegistryLog log = new RegistryLog(committed, topics, problem -> {});
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (log.position() < end) {
        log.poll(POLL);
        if (System.nanoTime() > deadline) {
          throw new IOException(
              "the registry of models (%s) could not be read to offset %d within %s; a transaction of another process may hang"
                  .formatted(partition, end, LIMIT));
        }
      }
      return log.registry();
    }
  }

  private record Closing(Producer<byte[], byte[]> producer) implements AutoCloseable {
    @Override
    public void close() {
      producer.close(CLOSE);
    }
  }
}
