package dev.residua.bench.experiment;

import java.util.List;
import java.util.stream.Stream;

/** All experiments; those with trainings in the order of their cost, cheapest first. */
final class Experiments {
  static final List<Experiment> ALL =
      Stream.of(
              VectorExperiments.ALL,
              List.of(TimeTrial.EXPERIMENT),
              TrainingExperiments.ALL,
              List.of(LocalisationTrial.EXPERIMENT, EdgeTrial.EXPERIMENT),
              CommissioningTrial.EXPERIMENTS,
              List.of(UniformityTrial.EXPERIMENT, DetailTrial.EXPERIMENT))
          .flatMap(List::stream)
          .toList();

  private Experiments() {}
}
