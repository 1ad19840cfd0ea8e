package dev.residua.testing;

import dev.residua.frame.SceneName;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.RegistryRecord;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A registry that a test writes, with bundles that can be out of reach. For any thread. */
public final class ModelsInMemory implements ModelStore {
  private final Map<String, ModelBundle> bundles = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final Set<String> unreachable = ConcurrentHashMap.newKeySet();
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile ModelRegistry registry = ModelRegistry.EMPTY;

  /** A store with these bundles, all published. */
  public static ModelsInMemory of(ModelBundle... bundles) {
    ModelsInMemory store = new ModelsInMemory();
    for (ModelBundle bundle : bundles) {
      store.add(bundle);
      store.write(entry(bundle.id(), bundle.digest()));
    }
    return store;
  }

  /** Stores a bundle; {@link #write} publishes its model. */
  public void add(ModelBundle bundle) {
    bundles.put(bundle.id(), bundle);
  }

  /** The digest of a stored bundle; empty if there is none. */
  public String digest(String id) {
    ModelBundle bundle = bundles.get(id);
    return bundle == null ? "" : bundle.digest();
  }

  /** Makes a bundle unreachable. */
  public void setUnreachable(String id) {
    unreachable.add(id);
  }

  /** Number of requests for bundles. */
  public int fetches() {
    return fetches.get();
  }

  /** Adds facts, and before an activation its model, as the product does. */
  public void write(RegistryRecord... facts) {
    ModelRegistry next = registry;
    for (RegistryRecord fact : facts) {
      if (fact instanceof Activation one && next.entry(one.modelId()).isEmpty()) {
        next = next.with(List.of(entry(one.modelId(), one.digest())));
      }
      next = next.with(List.of(fact));
    }
    registry = next; // at once: other threads read it
    listeners.forEach(Runnable::run);
  }

  private static Entry entry(String id, String digest) {
    return new Entry(
        id,
        SceneName.DEFAULT,
        digest,
        null,
        Instant.EPOCH,
        "me",
        10,
        "",
        1,
        null,
        null,
        Map.of(),
        List.of(),
        null);
  }

  @Override
  public ModelRegistry registry() {
    return registry;
  }

  @Override
  public ModelRegistry refreshed() {
    return registry;
  }

  @Override
  public ModelBundle bundle(String modelId) throws BadBundleException, IOException {
    fetches.incrementAndGet();
    ModelBundle bundle = bundles.get(modelId);
    if (unreachable.contains(modelId)) {
      throw new IOException("the store is away");
    }
    if (bundle == null) {
      throw new BadBundleException("there is no " + modelId);
    }
    return bundle;
  }

  @Override
  public Runnable onChange(Runnable changed) {
    listeners.add(changed);
    return () -> listeners.remove(changed);
  }
}
