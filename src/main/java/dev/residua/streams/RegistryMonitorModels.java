package dev.residua.streams;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.SourceMonitor;
import dev.residua.wire.BoundedMap;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.streams.errors.StreamsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of the registry, by the id that each score names. A score can arrive before the
 * registry has been read as far as its model: then it is read on. What was found is kept for the
 * models seen last.
 */
public final class RegistryMonitorModels implements MonitorModels {
  private static final Logger LOG = LoggerFactory.getLogger(RegistryMonitorModels.class);

  /** Models that are kept ready: after a swap some sources are still on the one before. */
  private static final int KEPT = 4;

  private static final int ATTEMPTS = 5;

  private final ModelStore store;
  private final Reader reader;
  private final Map<String, SourceMonitor.Thresholds> ready = BoundedMap.ofLastUsed(KEPT);

  /** Models that there are not, with the registry in which they were looked for. */
  private final Map<String, ModelRegistry> unknown = BoundedMap.ofLastUsed(1_000);

  /** What monitoring needs of a bundle. */
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
    this.store = store;
    this.reader = reader;
  }

  /** Makes a model ready that is at hand. */
  public synchronized void add(MonitorModel model) {
    ready.put(model.id(), new SourceMonitor.Thresholds(model));
  }

  /** Makes the active model ready, so that its first score does not wait; harmless if it fails. */
  public void prepare() {
    store.registry().active().map(Activation::modelId).ifPresent(this::find);
  }

  @Override
  public synchronized Optional<SourceMonitor.Thresholds> find(String modelId) {
    SourceMonitor.Thresholds limits = ready.get(modelId);
    if (limits != null) {
      return Optional.of(limits);
    }
    if (unknown.get(modelId) == store.registry()) {
      return Optional.empty(); // nothing was written since
    }
    try {
      Optional<SourceMonitor.Thresholds> found = read(modelId);
      found.ifPresent(f -> ready.put(modelId, f));
      return found;
    } catch (BadBundleException e) {
      LOG.error("model cannot be monitored: model={} reason={}", modelId, e.getMessage());
      unknown.put(modelId, store.registry());
      return Optional.empty();
    }
  }

  private Optional<SourceMonitor.Thresholds> read(String modelId) throws BadBundleException {
    IOException failure = new IOException();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        if (store.registry().entry(modelId).isEmpty()
            && store.refreshed().entry(modelId).isEmpty()) {
          unknown.put(modelId, store.registry());
          return Optional.empty();
        }
        return Optional.of(new SourceMonitor.Thresholds(reader.read(store.bundle(modelId))));
      } catch (IOException e) {
        failure = e;
        LOG.warn("bundle cannot be fetched, retrying: model={} reason={}", modelId, e.getMessage());
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      }
    }
    throw new StreamsException(
        "model %s cannot be fetched: %s".formatted(modelId, failure.getMessage()), failure);
  }
}
