package dev.residua.bench.experiment;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;

/** Where the model comes from in experiments that train none; asked only by those. */
@FunctionalInterface
public interface ModelSource {
  ModelBundle open() throws BadBundleException;
}
