package dev.residua.bench.experiment;

import java.util.ArrayList;
import java.util.List;

/**
 * Experiment behind the published results.
 *
 * @param needs data or models that it is about
 * @param purpose sentence for the list of experiments
 * @param plan adds one cell per variant
 */
record Experiment(String name, Needs needs, String purpose, Plan plan) {
  enum Needs {
    /** Vectors of a size of their own. */
    VECTORS,
    /** Trainings of the size that is asked for. */
    TRAININGS,
    /** The active model, or sources without one. */
    MODEL
  }

  @FunctionalInterface
  interface Plan {
    void add(Cells cells, Scale scale);
  }

  /** Collects the cells of an experiment, one for each variant and seed. */
  record Cells(List<Long> seeds, List<Cell> all) {
    void add(String variant, Cell.Single work) {
      addRows(
          variant,
          (bench, seed) -> List.of(new ResultLog.Row(variant, seed, work.run(bench, seed))));
    }

    void addRows(String variant, Cell.Work work) {
      seeds.forEach(seed -> all.add(new Cell(variant, seed, work)));
    }
  }

  List<Cell> cells(List<Long> seeds, Scale scale) {
    Cells cells = new Cells(seeds, new ArrayList<>());
    plan.add(cells, scale);
    return cells.all();
  }
}
