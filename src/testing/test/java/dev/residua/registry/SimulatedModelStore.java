package dev.residua.registry;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.wire.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Follows the registry as {@link RegistryFollower} does, with waits that cost no real time. */
public final class SimulatedModelStore implements ModelStore {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RegistryClients clients;
  private final Topics topics;
  private final Waiting waiting;
  private final java.util.function.Consumer<String> unfetched;
  private final RegistryLog log;
  private final List<Runnable> listeners = new ArrayList<>();
  private ModelRegistry registry = ModelRegistry.EMPTY;
  private Map<String, Long> firstParts = Map.of();
  private long position;

  /** Waits for a condition. */
  @FunctionalInterface
  public interface Waiting {
    /** Returns whether it holds after the wait. */
    boolean await(BooleanSupplier condition, Duration limit);
  }

  /**
   * @param unfetched receives the id of each model whose bundle could not be fetched
   */
  public SimulatedModelStore(
      RegistryClients clients,
      Topics topics,
      Waiting waiting,
      java.util.function.Consumer<String> unfetched) {
    this.unfetched = unfetched;
    this.clients = clients;
    this.topics = topics;
    this.waiting = waiting;
    this.log =
        new RegistryLog(
            clients.consumers().apply(IsolationLevel.READ_COMMITTED), topics, problem -> {});
  }

  /** Follows until the process ends. */
  public void follow() {
    while (true) {
      boolean changed = log.poll(POLL);
      registry = log.registry();
      firstParts = log.firstParts();
      position = log.position();
      if (changed) {
        listeners.forEach(Runnable::run);
      }
    }
  }

  @Override
  public ModelRegistry registry() {
    return registry;
  }

  @Override
  public ModelRegistry refreshed() throws IOException {
    long end;
    long stable;
    try {
      end = end(IsolationLevel.READ_UNCOMMITTED);
      stable = end(IsolationLevel.READ_COMMITTED);
    } catch (KafkaException e) {
      throw new IOException("the registry does not answer", e);
    }
    if (!waiting.await(() -> position >= stable, LIMIT)) {
      throw new IOException("the registry could not be read to offset " + stable);
    }
    waiting.await(() -> position >= end, RegistryFollower.OPEN_LIMIT);
    return registry;
  }

  private long end(IsolationLevel isolation) {
    TopicPartition partition = RegistryLog.partition(topics);
    try (Consumer<byte[], byte[]> any = clients.consumers().apply(isolation)) {
      return any.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
  }

  @Override
  public ModelBundle bundle(String modelId) throws BadBundleException, IOException {
    Entry entry =
        registry
            .entry(modelId)
            .orElseThrow(() -> new BadBundleException("the registry has no model " + modelId));
    Long first = firstParts.get(modelId);
    if (first == null) {
      throw new BadBundleException("the registry has no parts of model " + modelId);
    }
    byte[] bytes;
    try {
      bytes = BundleParts.read(clients, topics, entry, first);
    } catch (IOException | KafkaException e) {
      unfetched.accept(modelId);
      throw e;
    }
    if (!ModelBundle.sha256(bytes).equals(entry.sha256())) {
      throw new BadBundleException("the bundle of model " + modelId + " is another one");
    }
    return ModelBundle.read(new ByteArrayInputStream(bytes), "of the registry: " + modelId);
  }

  @Override
  public Runnable onChange(Runnable changed) {
    listeners.add(changed);
    return () -> listeners.remove(changed);
  }
}
