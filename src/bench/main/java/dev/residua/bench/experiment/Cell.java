package dev.residua.bench.experiment;

import dev.residua.model.BadBundleException;
import dev.residua.training.TrainingFailedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One piece of an experiment: one variant with one seed.
 *
 * @param variant name of the row of the table
 * @param seed of every random draw
 * @param work computes the rows
 */
record Cell(String variant, long seed, Work work) {
  @FunctionalInterface
  interface Work {
    List<ResultLog.Row> run(Workbench bench, long seed)
        throws IOException, TrainingFailedException, BadBundleException;
  }

  /** Computes the figures of the only row of a cell, by name in the order of the columns. */
  @FunctionalInterface
  interface Single {
    Map<String, Double> run(Workbench bench, long seed)
        throws IOException, TrainingFailedException, BadBundleException;
  }
}
