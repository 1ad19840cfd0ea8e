package dev.residua.app.model;

import dev.residua.app.process.Heartbeats;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies parts of this process, on its own thread, when another model is active in a scene. */
public final class ActiveModelNotifier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveModelNotifier.class);

  /** Pause after which a bundle that could not be fetched is fetched again. */
  private static final long RETRY_SECONDS = 10;

  private final ModelStore store;
  private final Heartbeats heartbeats;
  private final List<BiConsumer<String, ModelBundle>> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "residua-active-model");
            made.setDaemon(true);
            return made;
          });
  private final Runnable stopListening;
  private final Map<String, String> notified = new HashMap<>(); // by scene; on the thread

  /**
   * @param heartbeats supervise the notifications
   */
  public ActiveModelNotifier(ModelStore store, Heartbeats heartbeats) {
    this.store = store;
    this.heartbeats = heartbeats;
    this.stopListening = store.onChange(this::checkLater);
  }

  /**
   * Adds a listener, before {@link #start}.
   *
   * @param listener receives the scene and the model that is now active in it
   */
  public void onChange(BiConsumer<String, ModelBundle> listener) {
    listeners.add(listener);
  }

  /** Notifies of the models that are active now, and from then on of changes. */
  public void start() {
    checkLater();
  }

  private void checkLater() {
    try {
      thread.execute(this::checkAll);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: listeners are no longer notified", e);
    }
  }

  private void checkAll() {
    store.registry().active().forEach(this::check);
  }

  private void check(Activation active) {
    String model = active.modelId();
    if (model.equals(notified.get(active.scene()))) {
      return;
    }
    heartbeats.beat();
    try {
      ModelBundle bundle = store.bundle(model);
      notified.put(active.scene(), model);
      listeners.forEach(listener -> listener.accept(active.scene(), bundle));
    } catch (BadBundleException e) {
      LOG.warn(
          "the active model cannot be used: scene={} model={} reason={}",
          active.scene(),
          model,
          e.getMessage());
    } catch (IOException e) {
      LOG.warn("bundle cannot be fetched, retrying: model={} reason={}", model, e.getMessage());
      tryAgainLater();
    } catch (RuntimeException e) {
      LOG.error("notifying of the active model failed: model={}", model, e);
    } finally {
      heartbeats.rest();
    }
  }

  private void tryAgainLater() {
    try {
      thread.schedule(this::checkAll, RETRY_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: listeners are no longer notified", e);
    }
  }

  @Override
  public void close() {
    stopListening.run();
    thread.shutdownNow();
  }
}
