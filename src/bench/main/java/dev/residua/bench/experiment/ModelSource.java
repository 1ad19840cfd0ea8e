package dev.residua.bench.experiment;

import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;

/** Source of the model for experiments that train none; only those call it. */
@FunctionalInterface
public interface ModelSource {
  ModelBundle open() throws BadBundleException;
}
