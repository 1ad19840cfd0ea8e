package dev.residua.scoring;

import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Removed;
import dev.residua.model.RegistryRecord.Start;
import dev.residua.model.SceneModels;
import dev.residua.runtime.ScoringModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The models of the registry, loaded. The model that was activated last in a scene that is in use
 * here is opened and checked in the background, before any loop uses it; a model that no loop uses
 * and that is not active is closed there too, so that loops wait for neither. The models of other
 * scenes are opened when their first frame comes. Owns the native memory of all.
 */
public final class ModelPool implements ScoringModels, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);
  private static final long STOP_SECONDS = 15;

  /** Pause after which a bundle that could not be fetched is fetched again. */
  private static final long RETRY_SECONDS = 10;

  private final ModelStore store;
  private final long memory;
  private final Loader loader;
  private final RefusalListener onRefused;
  private final ScheduledExecutorService background;
  private final Runnable stopListening;

  // Guarded by this
  private final Map<String, Slot> slots = new HashMap<>();
  private final Map<Long, String> refused = new HashMap<>(); // activation -> digest of the bytes
  private final Set<Long> unfetched = new HashSet<>(); // activations to fetch again after a pause
  private final List<Start> ours = new ArrayList<>(); // begun here, not yet read back

  /** By scene, the last state in which its active model was open. */
  private final Map<String, SceneModels> working = new HashMap<>();

  /** By scene, the activation whose model was opened ahead of its first frame. */
  private final Map<String, Long> prepared = new HashMap<>();

  private final Set<String> scenesInUse = ConcurrentHashMap.newKeySet();
  private volatile Set<String> ready = Set.of();
  private volatile View view = new View(ModelRegistry.EMPTY, Map.of());

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

  /**
   * A registry and its part that is in use here.
   *
   * @param usable the models of each scene that has an activation, with the starts of this process,
   *     without the activations that are refused
   */
  private record View(ModelRegistry read, Map<String, SceneModels> usable) {
    Optional<Activation> active(String scene) {
      SceneModels models = usable.get(scene);
      return models == null ? Optional.empty() : models.active();
    }
  }

  private static final class Slot {
    private final ScoringModel model;
    private int leases;

    Slot(ScoringModel model) {
      this.model = model;
    }
  }

  /**
   * Prepares every model that is activated.
   *
   * @param first an active one, owned by the pool
   * @param memory bytes of open models beyond which those are closed that no loop uses
   */
  public ModelPool(
      ModelStore store, ScoringModel first, long memory, Loader loader, RefusalListener onRefused) {
    this(store, first, memory, loader, onRefused, thread());
  }

  /**
   * Like the other constructor, with another background.
   *
   * @param background runs one task at a time; owned by the pool
   */
  public ModelPool(
      ModelStore store,
      ScoringModel first,
      long memory,
      Loader loader,
      RefusalListener onRefused,
      ScheduledExecutorService background) {
    this.store = store;
    this.memory = memory;
    this.background = background;
    keep(first);
    this.loader = loader;
    this.onRefused = onRefused;
    store.registry().activations().stream()
        .filter(activation -> activation.modelId().equals(first.id()))
        .forEach(activation -> scenesInUse.add(activation.scene()));
    if (scenesInUse.isEmpty()) {
      scenesInUse.add(SceneName.DEFAULT);
    }
    this.stopListening = store.onChange(this::prepareLater);
    prepareLater();
  }

  private static ScheduledExecutorService thread() {
    ScheduledThreadPoolExecutor background =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "residua-model-loader");
              thread.setDaemon(true);
              return thread;
            });
    background.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    return background;
  }

  private void prepareLater() {
    try {
      background.execute(this::prepare);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: no further model is prepared", e);
    }
  }

  /** Opens the newest model that can be used of each scene in use. */
  private void prepare() {
    for (String scene : scenesInUse) {
      while (true) {
        Optional<Activation> wanted = known().active(scene);
        if (wanted.isEmpty() || isPrepared(wanted.get())) {
          break;
        }
        String bytes = bytes(store.registry(), wanted.get());
        try {
          keep(load(wanted.get()));
          prepared(wanted.get());
        } catch (IOException | KafkaException e) {
          fetchLater(wanted.get(), e);
        } catch (BadBundleException | RuntimeException e) {
          refuse(wanted.get(), bytes, e);
        }
      }
    }
    closeUnused();
  }

  private synchronized boolean isPrepared(Activation activation) {
    return ready.contains(activation.modelId())
        || activation.number() == prepared.getOrDefault(activation.scene(), -1L);
  }

  private synchronized void prepared(Activation activation) {
    prepared.put(activation.scene(), activation.number());
  }

  /** Excludes an activation for as long as the bytes of its model are these. */
  private void refuse(Activation activation, String bytes, Exception why) {
    synchronized (this) {
      refused.put(activation.number(), bytes);
      updateView(store.registry());
    }
    onRefused.refused(activation, String.valueOf(why.getMessage()));
  }

  private static String bytes(ModelRegistry registry, Activation activation) {
    return registry.entry(activation.modelId()).map(Entry::sha256).orElse("");
  }

  /** Excludes an activation until its bundle can be fetched. */
  private void fetchLater(Activation activation, Exception why) {
    synchronized (this) {
      if (!unfetched.add(activation.number())) {
        return; // another loop was first
      }
      updateView(store.registry());
    }
    scheduleFetch(activation, why);
  }

  private void scheduleFetch(Activation activation, Exception why) {
    LOG.warn(
        "bundle cannot be fetched, retrying: model={} reason={}",
        activation.modelId(),
        why.getMessage());
    try {
      ScheduledFuture<?> unused =
          background.schedule(() -> fetchAgain(activation), RETRY_SECONDS, TimeUnit.SECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing: no further model is prepared", e);
    }
  }

  /** Fetches here, so that no loop waits for it. */
  private void fetchAgain(Activation activation) {
    try {
      store.bundle(activation.modelId());
    } catch (IOException | KafkaException e) {
      scheduleFetch(activation, e);
      return;
    } catch (BadBundleException | RuntimeException e) {
      LOG.debug("bundle was fetched and is refused when it is opened", e);
    }
    synchronized (this) {
      unfetched.remove(activation.number());
      updateView(store.registry());
    }
    prepare();
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
    updateView(store.registry());
    return slot;
  }

  private void closeUnused() {
    List<ScoringModel> unused = new ArrayList<>();
    synchronized (this) {
      Set<String> wanted = new HashSet<>();
      View now = known();
      for (String scene : scenesInUse) {
        Optional<Activation> active = now.active(scene);
        if (active.isPresent() && slots.containsKey(active.get().modelId())) {
          wanted.add(active.get().modelId());
        } else if (active.isEmpty() || !isPrepared(active.get())) {
          return; // it is refused or on its way: the one before may still be asked for
        }
      }
      slots
          .values()
          .removeIf(
              slot ->
                  slot.leases == 0 && !wanted.contains(slot.model.id()) && unused.add(slot.model));
      long open = slots.values().stream().mapToLong(slot -> slot.model.bytes()).sum();
      for (Slot slot : List.copyOf(slots.values())) {
        if (open > memory && slot.leases == 0) {
          slots.remove(slot.model.id());
          unused.add(slot.model);
          open -= slot.model.bytes();
        }
      }
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

  /** The activations that can be used: as they were read, with those that began here since. */
  private View known() {
    View now = view;
    ModelRegistry read = store.registry();
    if (now.read() == read) {
      return now;
    }
    synchronized (this) {
      ours.removeIf(
          start -> start.equals(startIn(read, start))); // what others see too need not be added
      return updateView(read);
    }
  }

  /** If no activation of a scene can be used, the previous one remains in use. */
  private synchronized View updateView(ModelRegistry read) {
    ModelRegistry usable = usable(read);
    for (String scene : usable.scenes()) {
      SceneModels models = usable.scene(scene);
      if (models.active().filter(last -> slots.containsKey(last.modelId())).isPresent()) {
        working.put(scene, models);
      }
    }
    Map<String, SceneModels> scenes = new HashMap<>(working);
    for (String scene : usable.scenes()) {
      if (usable.scene(scene).active().isPresent()) {
        scenes.put(scene, usable.scene(scene));
      }
    }
    View next = new View(read, Map.copyOf(scenes));
    view = next;
    return next;
  }

  private ModelRegistry usable(ModelRegistry of) {
    List<RegistryRecord> changes = new ArrayList<>(ours);
    for (Activation activation : of.activations()) {
      if (unfetched.contains(activation.number())
          || bytes(of, activation).equals(refused.get(activation.number()))) {
        changes.add(new Removed(activation.key()));
      }
    }
    return of.with(changes);
  }

  private static Start startIn(ModelRegistry registry, Start like) {
    long offset = registry.starts(like.number()).getOrDefault(like.partition(), Long.MAX_VALUE);
    return new Start(like.number(), like.partition(), offset);
  }

  @Override
  public Optional<Activation> activationAt(String scene, int partition, long offset) {
    Map<String, SceneModels> usable = known().usable();
    if (usable.isEmpty()) {
      throw new ScoringEndedException(
          "no activated model can be used, see the log; publish one again (residua model publish FILE) or activate another: residua model promote FILE --reason TEXT",
          new IllegalStateException("the registry of models has no usable activation"));
    }
    SceneModels models = usable.get(scene);
    if (models == null) {
      return Optional.empty();
    }
    if (scenesInUse.add(scene)) {
      prepareLater();
    }
    return models.at(partition, offset);
  }

  @Override
  public List<Activation> pending(int partition) {
    return known().usable().values().stream()
        .flatMap(models -> models.pending(partition).stream())
        .filter(next -> !scenesInUse.contains(next.scene()) || isPrepared(next))
        .sorted(Comparator.comparingLong(Activation::number))
        .toList();
  }

  @Override
  public void activationsCommitted(Collection<Start> starts) {
    synchronized (this) {
      ours.addAll(starts);
      updateView(store.registry());
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
        "loading model: scene={} model={} activation={}",
        activation.scene(),
        activation.modelId(),
        activation.number());
    String bytes = bytes(store.registry(), activation);
    ScoringModel model;
    try {
      model = load(activation);
    } catch (IOException | KafkaException e) {
      fetchLater(activation, e);
      onRefused.refused(activation, String.valueOf(e.getMessage()));
      throw new UnusableModelException(activation, e);
    } catch (BadBundleException | RuntimeException e) {
      refuse(activation, bytes, e);
      throw new UnusableModelException(activation, e);
    }
    synchronized (this) {
      Slot slot = keep(model);
      slot.leases++;
      return new Leased(slot);
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
