package dev.residua.streams;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.wire.BoundedMap;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of the registry, by the id that each score names. A score can arrive before the
 * registry has been read as far as its model: then the reading continues. A model that was found is
 * kept for the models seen last.
 */
public final class RegistryMonitorModels implements MonitorModels {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryMonitorModels.class);

  /** Most models that are kept ready: those of the scenes, and after a swap the one before. */
  public static final int KEPT = 64;

  private static final Duration PAUSE = Duration.ofSeconds(5);

  /**
   * Longest wait of a score for the bundle of its model: shorter than the interval after which
   * Kafka takes a thread that does not poll out of its group, and long enough that threads which
   * end for it can be replaced for ever.
   */
  static final Duration PATIENCE = Duration.ofMinutes(3);

  private final ModelStore store;
  private final Reader reader;
  private final Duration patience;
  private final Map<String, MonitorThresholds> ready = BoundedMap.ofLastUsed(KEPT);

  /** Models that there are not, with the registry in which they were looked for. */
  private final Map<String, ModelRegistry> unknown = BoundedMap.ofLastUsed(1_000);

  /** Opens the part of a bundle that monitoring needs. */
  @FunctionalInterface
  public interface Reader {
    /**
     * The model.
     *
     * @throws BadBundleException if it cannot be monitored
     */
    MonitorModel read(ModelBundle bundle) throws BadBundleException;
  }

  public RegistryMonitorModels(ModelStore store, Reader reader) {
    this(store, reader, PATIENCE);
  }

  RegistryMonitorModels(ModelStore store, Reader reader, Duration patience) {
    this.store = store;
    this.reader = reader;
    this.patience = patience;
  }

  /** Makes a model ready that is at hand. */
  public void add(MonitorModel model) {
    keep(model.id(), new MonitorThresholds(model));
  }

  /** Makes active models ready, so that their first score does not wait; harmless if it fails. */
  public void prepare() {
    for (Activation active : store.registry().active()) {
      findNow(active.modelId()); // if it cannot be fetched, its first score waits
    }
  }

  @Override
  public Optional<MonitorThresholds> find(String modelId) {
    return find(modelId, patience);
  }

  @Override
  public Optional<MonitorThresholds> findNow(String modelId) {
    try {
      return find(modelId, Duration.ZERO);
    } catch (UnavailableException e) {
      return Optional.empty();
    }
  }

  private Optional<MonitorThresholds> find(String modelId, Duration patience) {
    synchronized (this) {
      MonitorThresholds known = ready.get(modelId);
      if (known != null) {
        return Optional.of(known);
      }
      if (unknown.get(modelId) == store.registry()) {
        return Optional.empty(); // nothing was written since
      }
    }
    try {
      Optional<MonitorThresholds> found = read(modelId, patience);
      if (found.isPresent()) {
        return Optional.of(keep(modelId, found.get()));
      }
    } catch (BadBundleException e) {
      LOG.error("model cannot be monitored: model={} reason={}", modelId, e.getMessage());
    }
    synchronized (this) {
      unknown.put(modelId, store.registry());
    }
    return Optional.empty();
  }

  /** Keeps the thresholds of a model; those of another thread that was faster stay. */
  private synchronized MonitorThresholds keep(String modelId, MonitorThresholds thresholds) {
    MonitorThresholds faster = ready.putIfAbsent(modelId, thresholds);
    return faster == null ? thresholds : faster;
  }

  /** Reads a model; waits for its bundle, as no score of it can be evaluated without. */
  private Optional<MonitorThresholds> read(String modelId, Duration patience)
      throws BadBundleException {
    long start = System.nanoTime();
    while (true) {
      try {
        if (store.registry().entry(modelId).isEmpty()
            && store.refreshed().entry(modelId).isEmpty()) {
          return Optional.empty();
        }
        return Optional.of(new MonitorThresholds(reader.read(store.bundle(modelId))));
      } catch (IOException e) {
        LOG.warn("bundle cannot be fetched, retrying: model={} reason={}", modelId, e.getMessage());
        if (System.nanoTime() - start >= patience.toNanos()
            || Thread.currentThread().isInterrupted()) {
          throw new UnavailableException(modelId, e);
        }
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }
  }
}
