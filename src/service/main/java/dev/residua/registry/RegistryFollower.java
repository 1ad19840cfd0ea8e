package dev.residua.registry;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topics;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the registry from its beginning, on a thread of its own. */
public final class RegistryFollower implements ModelStore, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryFollower.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Time to wait for open transactions: one that was committed is marked here within a moment, so
   * one that stays open belongs to a process that hangs or means harm.
   */
  public static final Duration OPEN_LIMIT = Duration.ofSeconds(10);

  private final RegistryClients clients;
  private final Topics topics;
  private final OutsideBundles outside;
  private final Consumer<byte[], byte[]> consumer;
  private final RegistryLog log;
  private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Runnable heartbeat;
  private final Thread thread;
  private List<Activation> reported = List.of();
  private volatile Known known = new Known(ModelRegistry.EMPTY, Map.of());
  private volatile boolean stopped;

  private record Known(ModelRegistry registry, Map<String, Long> firstParts) {}

  /** A caller that waits until everything before an offset is read. */
  private record Request(long end, CompletableFuture<ModelRegistry> answer) {}

  /** Fetches bundles that are stored outside Kafka. */
  @FunctionalInterface
  public interface OutsideBundles {
    /**
     * The bytes of a bundle.
     *
     * @param location the entry's
     */
    byte[] fetch(Entry entry, String location) throws BadBundleException, IOException;
  }

  /** Starts to follow; {@link #refreshed} waits until everything is read. */
  public RegistryFollower(RegistryClients clients, Topics topics, OutsideBundles outside) {
    this(clients, topics, outside, () -> {});
  }

  /**
   * The same, supervised.
   *
   * @param heartbeat called after every step
   */
  public RegistryFollower(
      RegistryClients clients, Topics topics, OutsideBundles outside, Runnable heartbeat) {
    this.heartbeat = heartbeat;
    this.clients = clients;
    this.topics = topics;
    this.outside = outside;
    this.consumer = clients.consumers().apply(IsolationLevel.READ_COMMITTED);
    this.log =
        new RegistryLog(
            consumer,
            topics,
            problem -> LOG.warn("ignoring a record of the registry: reason={}", problem));
    this.thread = new Thread(this::follow, "residua-models");
    thread.setDaemon(true);
    thread.start();
  }

  private void follow() {
    try (consumer) {
      while (!stopped) {
        heartbeat.run();
        try {
          boolean changed = log.poll(requests.isEmpty() ? POLL : Duration.ofMillis(20));
          if (changed) {
            known = new Known(log.registry(), log.firstParts());
            listeners.forEach(Runnable::run);
          } else {
            reportIgnored();
          }
          answer();
        } catch (WakeupException e) {
          // a request, or the end
        } catch (KafkaException e) {
          LOG.warn(
              "cannot read the registry of models, trying again: reason={}", RootCause.message(e));
          Thread.sleep(PAUSE.toMillis());
        } catch (RuntimeException e) { // of a record or a listener; the next records follow
          LOG.error("following the registry of models failed unexpectedly, going on", e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Logs once that an activation has no effect; at a pause, as its model may follow it. */
  private void reportIgnored() {
    List<Activation> ignored = known.registry().ignored();
    for (Activation activation : ignored) {
      if (!reported.contains(activation)) {
        LOG.warn(
            "ignoring the activation of a model that is not in the registry, or there with another digest: model={} activation={} reason={}",
            activation.modelId(),
            activation.number(),
            "publish the model (residua model publish FILE) or remove the activation (residua model clean)");
      }
    }
    reported = ignored;
  }

  private void answer() {
    if (requests.isEmpty()) {
      return;
    }
    long position = log.position();
    known = new Known(log.registry(), log.firstParts());
    requests.removeIf(
        request -> {
          boolean reached = position >= request.end();
          if (reached) {
            request.answer().complete(known.registry());
          }
          return reached;
        });
  }

  @Override
  public ModelRegistry registry() {
    return known.registry();
  }

  /**
   * Reads to the current end. Waits a while for open transactions, as one may be committed before
   * its marker reaches this topic; where one stays open, what is committed before it counts.
   */
  @Override
  public ModelRegistry refreshed() throws IOException {
    TopicPartition partition = RegistryLog.partition(topics);
    long end;
    long stable;
    try {
      end = end(partition, IsolationLevel.READ_UNCOMMITTED);
      stable = end(partition, IsolationLevel.READ_COMMITTED);
    } catch (KafkaException e) {
      throw new IOException(
          "the registry of models (%s) does not answer: %s"
              .formatted(partition, RootCause.message(e)),
          e);
    }
    ModelRegistry committed;
    try {
      committed = readTo(stable, LIMIT);
    } catch (TimeoutException e) {
      throw new IOException(
          "the registry of models (%s) could not be read to offset %d within %s; check that the brokers run"
              .formatted(partition, stable, LIMIT),
          e);
    }
    if (end <= stable) {
      return committed;
    }
    try {
      return readTo(end, OPEN_LIMIT);
    } catch (TimeoutException e) {
      LOG.warn(
          "a transaction on the registry of models stays open; using what was committed before it: topic={} offset={} reason={}",
          partition.topic(),
          stable,
          "its process hangs or is not one of ours; the broker ends it after its time-out, see kafka-transactions.sh find-hanging");
      return known.registry();
    }
  }

  private long end(TopicPartition partition, IsolationLevel isolation) {
    try (Consumer<byte[], byte[]> any = clients.consumers().apply(isolation)) {
      return any.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }
  }

  /** What is known once everything before an offset is read. */
  private ModelRegistry readTo(long end, Duration limit) throws IOException, TimeoutException {
    Request request = new Request(end, new CompletableFuture<>());
    requests.add(request);
    consumer.wakeup();
    try {
      return request.answer().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new IOException(RootCause.message(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the registry of models was read", e);
    } finally {
      requests.remove(request);
    }
  }

  @Override
  public ModelBundle bundle(String modelId) throws BadBundleException, IOException {
    Known now = known;
    Entry entry =
        now.registry()
            .entry(modelId)
            .orElseThrow(
                () ->
                    new BadBundleException(
                        "the registry has no model '%s', only %s"
                            .formatted(
                                modelId,
                                now.registry().entries().stream().map(Entry::id).toList())));
    byte[] bytes;
    if (entry.location() != null) {
      bytes = outside.fetch(entry, entry.location());
    } else {
      Long first = now.firstParts().get(modelId);
      if (first == null) {
        throw new BadBundleException(
            "the registry has no parts of model %s; publish it again: residua model publish FILE"
                .formatted(modelId));
      }
      bytes = BundleParts.read(clients, topics, entry, first);
    }
    String sha256 = ModelBundle.sha256(bytes);
    if (!sha256.equals(entry.sha256())) {
      throw new BadBundleException(
          "the bundle of model %s has SHA-256 %s, the registry says %s; publish it again: residua model publish FILE"
              .formatted(modelId, sha256, entry.sha256()));
    }
    ModelBundle bundle =
        ModelBundle.read(new ByteArrayInputStream(bytes), "of the registry: " + modelId);
    if (!bundle.digest().equals(entry.digest()) || !bundle.id().equals(modelId)) {
      throw new BadBundleException(
          "the registry's model %s has the digest %s, its bundle is %s with %s"
              .formatted(modelId, entry.digest(), bundle.id(), bundle.digest()));
    }
    return bundle;
  }

  @Override
  public Runnable onChange(Runnable changed) {
    listeners.add(changed);
    return () -> listeners.remove(changed);
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    consumer.wakeup();
    thread.join(5_000);
  }
}
