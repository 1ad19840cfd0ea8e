package dev.residua.bench.experiment;

import dev.residua.model.BadBundleException;
import dev.residua.training.TrainingFailedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * One piece of an experiment: what is varied, with one seed.
 *
 * @param variant what the row of the table is called
 * @param seed of every random draw
 * @param work computes the rows
 */
record Cell(String variant, long seed, Work work) {
  /** Computes the rows of one cell. */
  @FunctionalInterface
  interface Work {
    List<ResultLog.Row> run(Workbench bench)
        throws IOException, TrainingFailedException, BadBundleException;
  }

  /** Computes the figures of the only row of a cell, by name in the order of the columns. */
  @FunctionalInterface
  interface Single {
    Map<String, Double> run(Workbench bench)
        throws IOException, TrainingFailedException, BadBundleException;
  }

  /** A cell with one row. */
  static Cell of(String variant, long seed, Single work) {
    return new Cell(
        variant, seed, bench -> List.of(new ResultLog.Row(variant, seed, work.run(bench))));
  }
}
