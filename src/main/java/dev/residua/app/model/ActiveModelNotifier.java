package dev.residua.app.model;

import dev.residua.app.process.Heartbeats;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notifies parts of this process, on its own thread, when another model is active. */
public final class ActiveModelNotifier implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ActiveModelNotifier.class);

  /** Pause after which a bundle that could not be fetched is fetched again. */
  private static final long RETRY_SECONDS = 10;

  private final ModelStore store;
  private final Heartbeats heartbeats;
  private final List<Consumer<ModelBundle>> listeners = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread made = new Thread(work, "residua-active-model");
            made.setDaemon(true);
            return made;
          });
  private final Runnable stopListening;
  private String notified; // on the thread

  /**
   * @param first the model that is active now
   * @param heartbeats supervise the notifications
   */
  public ActiveModelNotifier(ModelStore store, ModelBundle first, Heartbeats heartbeats) {
    this.store = store;
    this.heartbeats = heartbeats;
    this.notified = first.id();
    this.stopListening = store.onChange(this::checkLater);
  }

  public void onChange(Consumer<ModelBundle> listener) {
    listeners.add(listener);
  }

  private void checkLater() {
    try {
      thread.execute(this::check);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: listeners are no longer notified", e);
    }
  }

  private void check() {
    String active = store.registry().active().map(Activation::modelId).orElse(notified);
    if (active.equals(notified)) {
      return;
    }
    heartbeats.beat();
    try {
      ModelBundle bundle = store.bundle(active);
      notified = active;
      listeners.forEach(listener -> listener.accept(bundle));
    } catch (BadBundleException e) {
      LOG.warn("the active model cannot be used: model={} reason={}", active, e.getMessage());
    } catch (IOException e) {
      LOG.warn("bundle cannot be fetched, retrying: model={} reason={}", active, e.getMessage());
      tryAgainLater();
    } catch (RuntimeException e) {
      LOG.error("notifying of the active model failed: model={}", active, e);
    } finally {
      heartbeats.rest();
    }
  }

  private void tryAgainLater() {
    try {
      thread.schedule(this::check, RETRY_SECONDS, TimeUnit.SECONDS);
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
