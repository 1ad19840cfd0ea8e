package dev.residua.model;

import java.io.IOException;

/** Provides models at run time. For any thread. */
public interface ModelStore {
  /** The registry as it is known now; costs nothing. */
  ModelRegistry registry();

  /**
   * The registry after everything that was written before this call.
   *
   * @throws IOException if it cannot be read in time; what is known stays
   */
  ModelRegistry refreshed() throws IOException;

  /**
   * The bundle of a model in the registry, read whole and checked against its digests.
   *
   * @throws BadBundleException if there is no such model, or its bundle is damaged
   * @throws IOException if it cannot be fetched now
   */
  ModelBundle bundle(String modelId) throws BadBundleException, IOException;

  /**
   * Calls back after every change, on a thread of the store, which it must not hold up.
   *
   * @return ends it
   */
  Runnable onChange(Runnable changed);
}
