package dev.residua.experiment;

import dev.residua.training.TrainingFailedException;
import java.io.IOException;
import java.util.Map;

/**
 * One entry of an experiment's table: what is varied, with one seed.
 *
 * @param variant what the row of the table is called
 * @param seed of every random draw
 * @param work computes the figures, by name in the order of the columns
 */
record Cell(String variant, long seed, Work work) {
  /** Computes the figures of one cell. */
  @FunctionalInterface
  interface Work {
    Map<String, Double> run(Workbench bench) throws IOException, TrainingFailedException;
  }
}
