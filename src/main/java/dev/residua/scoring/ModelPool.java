package dev.residua.scoring;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of the registry, loaded. The one that was activated last is opened and checked in the
 * background, before any loop uses it; a model that no loop uses any more and that is not active is
 * closed there too, so that loops wait for neither. Owns the native memory of all.
 */
public final class ModelPool implements ScoringModels, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);
  private static final long STOP_SECONDS = 15;

  /** Pause after which a bundle that could not be fetched is fetched again. */
  private static final long RETRY_SECONDS = 10;

  private final ModelStore store;
  private final Loader loader;
  private final RefusalListener onRefused;
  private final ScheduledThreadPoolExecutor background =
      new ScheduledThreadPoolExecutor(
          1,
          work -> {
            Thread thread = new Thread(work, "residua-model-loader");
            thread.setDaemon(true);
            return thread;
          });
  private final Runnable stopListening;

  // Guarded by this
  private final Map<String, Slot> slots = new HashMap<>();
  private final Map<Long, String> refused = new HashMap<>(); // activation -> digest of the bytes
  private final List<Start> ours = new ArrayList<>(); // begun here, not yet read back

  private long unfetched = -1; // activation whose bundle is fetched again after a pause

  private volatile Set<String> ready = Set.of();
  private volatile View view = new View(ModelRegistry.EMPTY, ModelRegistry.EMPTY);

  /** Opens the model of a bundle and checks it. */
  @FunctionalInterface
  public interface Loader {
    /**
     * The model, owned by the caller.
     *
     * @throws BadBundleException if it must not be used here
     */
    ScoringModel open(ModelBundle bundle) throws BadBundleException;
  }

  /** Observes why an activated model is not used here. */
  @FunctionalInterface
  public interface RefusalListener {
    void refused(Activation activation, String why);
  }

  private record View(ModelRegistry read, ModelRegistry withOurs) {}

  private static final class Slot {
    private final ScoringModel model;
    private int leases;

    Slot(ScoringModel model) {
      this.model = model;
    }
  }

  /**
   * Prepares every model that is activated from now on.
   *
   * @param first the active one, owned from now on
   */
  public ModelPool(ModelStore store, ScoringModel first, Loader loader, RefusalListener onRefused) {
    this.store = store;
    keep(first);
    this.loader = loader;
    this.onRefused = onRefused;
    background.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    this.stopListening = store.onChange(this::prepareLater);
    prepareLater();
  }

  private void prepareLater() {
    try {
      background.execute(this::prepare);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: no further model is prepared", e);
    }
  }

  private void prepare() {
    Optional<Activation> active = store.registry().active();
    if (active.isEmpty()) {
      return;
    }
    Activation wanted = active.get();
    String bytes = store.registry().entry(wanted.modelId()).map(Entry::sha256).orElse("");
    boolean missing;
    synchronized (this) {
      missing =
          !slots.containsKey(wanted.modelId())
              && !bytes.equals(refused.get(wanted.number()))
              && unfetched != wanted.number();
    }
    if (missing) {
      try {
        keep(load(wanted));
      } catch (BadBundleException | RuntimeException e) {
        synchronized (this) {
          refused.put(wanted.number(), bytes);
        }
        onRefused.refused(wanted, String.valueOf(e.getMessage()));
      } catch (IOException e) {
        LOG.warn(
            "bundle cannot be fetched, retrying: model={} reason={}",
            wanted.modelId(),
            e.getMessage());
        scheduleRefetch(wanted.number());
      }
    }
    closeUnused();
  }

  private void scheduleRefetch(long activation) {
    synchronized (this) {
      unfetched = activation;
    }
    try {
      background.schedule(
          () -> {
            synchronized (this) {
              unfetched = -1;
            }
            prepare();
          },
          RETRY_SECONDS,
          TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: no further model is prepared", e);
    }
  }

  private ScoringModel load(Activation activation) throws BadBundleException, IOException {
    ModelBundle bundle = store.bundle(activation.modelId());
    if (!bundle.digest().equals(activation.digest())) {
      throw new BadBundleException(
          "activation %d means model %s with the digest %s, the registry has it with %s"
              .formatted(
                  activation.number(), activation.modelId(), activation.digest(), bundle.digest()));
    }
    return loader.open(bundle);
  }

  private synchronized Slot keep(ScoringModel model) {
    Slot there = slots.get(model.id());
    if (there != null) {
      model.close();
      return there;
    }
    Slot slot = new Slot(model);
    slots.put(model.id(), slot);
    ready = Set.copyOf(slots.keySet());
    return slot;
  }

  private void closeUnused() {
    String active = store.registry().active().map(Activation::modelId).orElse("");
    List<ScoringModel> unused = new ArrayList<>();
    synchronized (this) {
      if (!slots.containsKey(active)) {
        return; // it is refused or on its way: the one before may still be asked for
      }
      slots
          .entrySet()
          .removeIf(
              entry -> {
                boolean closes = entry.getValue().leases == 0 && !entry.getKey().equals(active);
                if (closes) {
                  unused.add(entry.getValue().model);
                }
                return closes;
              });
      ready = Set.copyOf(slots.keySet());
    }
    unused.forEach(ScoringModel::close);
  }

  @Override
  public void refresh() {
    try {
      store.refreshed();
    } catch (IOException e) {
      throw new TimeoutException(e.getMessage(), e);
    }
  }

  /** What was read, and what begun here since. */
  private ModelRegistry known() {
    View now = view;
    ModelRegistry read = store.registry();
    if (now.read() == read) {
      return now.withOurs();
    }
    synchronized (this) {
      ours.removeIf(
          start -> start.equals(startIn(read, start))); // what others see too need not be added
      view = new View(read, read.with(ours));
      return view.withOurs();
    }
  }

  private static Start startIn(ModelRegistry registry, Start like) {
    long offset = registry.starts(like.number()).getOrDefault(like.partition(), Long.MAX_VALUE);
    return new Start(like.number(), like.partition(), offset);
  }

  @Override
  public Activation activationAt(int partition, long offset) {
    return known()
        .at(partition, offset)
        .orElseThrow(
            () ->
                new ScoringEndedException(
                    "no model was ever activated; do it with: residua model promote FILE",
                    new IllegalStateException("the registry of models is empty")));
  }

  @Override
  public Optional<Activation> pending(int partition) {
    return known().pending(partition).filter(next -> ready.contains(next.modelId()));
  }

  @Override
  public void activationsCommitted(Collection<Start> starts) {
    synchronized (this) {
      ours.addAll(starts);
      ModelRegistry read = store.registry();
      view = new View(read, read.with(ours));
    }
  }

  @Override
  public Lease lease(Activation activation) {
    synchronized (this) {
      Slot slot = slots.get(activation.modelId());
      if (slot != null) {
        slot.leases++;
        return new Leased(slot);
      }
    }
    LOG.info(
        "loading model for older frames: model={} activation={}",
        activation.modelId(),
        activation.number());
    try {
      ScoringModel model = load(activation);
      synchronized (this) {
        Slot slot = keep(model);
        slot.leases++;
        return new Leased(slot);
      }
    } catch (BadBundleException | IOException e) {
      throw new ScoringEndedException(
          "the frames at hand belong to activation %d of model %s, which cannot be used: %s"
              .formatted(activation.number(), activation.modelId(), e.getMessage()),
          e);
    }
  }

  private final class Leased implements Lease {
    private final Slot slot;
    private boolean closed;

    Leased(Slot slot) {
      this.slot = slot;
    }

    @Override
    public ScoringModel model() {
      return slot.model;
    }

    @Override
    public void close() {
      synchronized (ModelPool.this) {
        if (closed) {
          return;
        }
        closed = true;
        slot.leases--;
      }
      prepareLater();
    }
  }

  /** Models that are open now, by id. */
  public Set<String> open() {
    return ready;
  }

  /** Closes all models; all leases must be closed before, else their models stay open. */
  @Override
  public void close() {
    stopListening.run();
    background.shutdown();
    try {
      if (!background.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        return; // something hangs inside a native session
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    synchronized (this) {
      slots.values().stream().filter(slot -> slot.leases == 0).forEach(slot -> slot.model.close());
      slots.clear();
      ready = Set.of();
    }
  }
}
