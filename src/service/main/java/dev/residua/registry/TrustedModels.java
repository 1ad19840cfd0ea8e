package dev.residua.registry;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelRegistry;
import dev.residua.model.ModelStore;
import dev.residua.model.TrustedKeys;
import java.io.IOException;

/**
 * A store that returns only bundles with a signature of a trusted key. The registry is unfiltered
 * and includes models that this store refuses.
 */
public final class TrustedModels implements ModelStore {
  private final ModelStore store;
  private final TrustedKeys keys;

  /**
   * @param store closed by its owner
   * @param keys empty to trust every bundle
   */
  public TrustedModels(ModelStore store, TrustedKeys keys) {
    this.store = store;
    this.keys = keys;
  }

  @Override
  public ModelRegistry registry() {
    return store.registry();
  }

  @Override
  public ModelRegistry refreshed() throws IOException {
    return store.refreshed();
  }

  /**
   * {@inheritDoc}
   *
   * @throws BadBundleException also if it is not signed, by a key that is not trusted, or wrongly
   */
  @Override
  public ModelBundle bundle(String modelId) throws BadBundleException, IOException {
    ModelBundle bundle = store.bundle(modelId);
    keys.check(bundle);
    return bundle;
  }

  @Override
  public Runnable onChange(Runnable changed) {
    return store.onChange(changed);
  }
}
