package dev.residua.evidence;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.wire.BoundedMap;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The models of the registry for drawing. Keeps those used last open and owns them. For one thread.
 */
public final class EvidenceModels implements AutoCloseable {
  /** Models that are kept open: after a swap some incidents are still of the one before. */
  public static final int KEPT = 2;

  private final ModelStore store;
  private final Loader loader;
  private final Map<String, EvidenceModel> open = new LinkedHashMap<>(4, 0.75f, true);

  /** Models that cannot be used, with the registry in which they were looked for. */
  private final Map<String, ModelRegistry> unusable = BoundedMap.ofLastUsed(1_000);

  /** Opens the model of a bundle. */
  @FunctionalInterface
  public interface Loader {
    /**
     * The model, owned by the caller.
     *
     * @throws BadBundleException if no engine runs it
     */
    EvidenceModel open(ModelBundle bundle) throws BadBundleException;
  }

  public EvidenceModels(ModelStore store, Loader loader) {
    this.store = store;
    this.loader = loader;
  }

  /**
   * The model with an id, owned by this.
   *
   * @throws BadBundleException if the registry has none, or it cannot be used
   * @throws IOException if its bundle cannot be fetched now
   */
  EvidenceModel get(String modelId) throws BadBundleException, IOException {
    EvidenceModel known = open.get(modelId);
    if (known != null) {
      return known;
    }
    if (unusable.get(modelId) == store.registry()) { // nothing was written since
      throw new BadBundleException("model %s cannot be used".formatted(modelId));
    }
    try {
      if (store.registry().entry(modelId).isEmpty()) {
        store.refreshed();
      }
      EvidenceModel model = loader.open(store.bundle(modelId));
      open.put(modelId, model);
      closeEldest();
      return model;
    } catch (BadBundleException e) {
      unusable.put(modelId, store.registry());
      throw e;
    }
  }

  private void closeEldest() {
    Iterator<EvidenceModel> eldest = open.values().iterator();
    while (open.size() > KEPT) {
      EvidenceModel model = eldest.next();
      eldest.remove();
      model.close();
    }
  }

  @Override
  public void close() {
    open.values().forEach(EvidenceModel::close);
    open.clear();
  }
}
