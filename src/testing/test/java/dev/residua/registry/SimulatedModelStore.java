package dev.residua.registry;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.topic.TopicClients;
import dev.residua.topic.TopicLog;
import dev.residua.topic.TopicTable;
import dev.residua.wire.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Follows the registry as {@link RegistryFollower} does, with waits that cost no real time. */
public final class SimulatedModelStore implements ModelStore {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final TopicClients clients;
  private final Topics topics;
  private final Waiting waiting;
  private final java.util.function.Consumer<String> unfetched;
  private final TopicLog<RegistryTable> log;
  private final List<Runnable> listeners = new ArrayList<>();
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
      TopicClients clients,
      Topics topics,
      Waiting waiting,
      java.util.function.Consumer<String> unfetched) {
    this.unfetched = unfetched;
    this.clients = clients;
    this.topics = topics;
    this.waiting = waiting;
    this.log = new TopicLog<>(clients, RegistryTable.of(topics), problem -> {});
  }

  /** Follows until the process ends. */
  public void follow() {
    while (true) {
      boolean changed = log.poll(POLL);
      position = log.position();
      if (changed) {
        listeners.forEach(Runnable::run);
      }
    }
  }

  @Override
  public ModelRegistry registry() {
    return log.state().registry();
  }

  @Override
  public ModelRegistry refreshed() throws IOException {
    long end;
    long stable;
    try {
      TopicPartition partition = RegistryTable.partition(topics);
      end = clients.end(partition, IsolationLevel.READ_UNCOMMITTED);
      stable = clients.end(partition, IsolationLevel.READ_COMMITTED);
    } catch (KafkaException e) {
      throw new IOException("the registry does not answer", e);
    }
    if (!waiting.await(() -> position >= stable, LIMIT)) {
      throw new IOException("the registry could not be read to offset " + stable);
    }
    waiting.await(() -> position >= end, TopicTable.OPEN_LIMIT);
    return log.state().registry();
  }

  @Override
  public ModelBundle bundle(String modelId) throws BadBundleException, IOException {
    Entry entry =
        registry()
            .entry(modelId)
            .orElseThrow(() -> new BadBundleException("the registry has no model " + modelId));
    Long first = log.state().firstParts().get(modelId);
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
