package dev.residua.bench.experiment;

import dev.residua.training.LancaSettings.Encoder;
import dev.residua.training.LancaSettingsBuilder;
import dev.residua.training.TrainingSettings;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Size of the trainings.
 *
 * @param frames of each data set, of which 70 % train
 * @param steps of each training
 * @param labels labelled frames unless an experiment varies them
 */
record Scale(int frames, int steps, int labels) {
  TrainingSettings settings(long seed) {
    return TrainingSettings.DEFAULTS.withSteps(steps).withMaxLabels(labels).withSeed(seed);
  }

  Scale withLabels(int other) {
    return new Scale(frames, steps, other);
  }

  DataSpec data(String scene, long seed) {
    return DataSpec.usual(scene, frames, seed);
  }

  /** The figures of the usual training on a scene. */
  Cell.Single training(String scene) {
    return training(scene, lanca -> {});
  }

  Cell.Single training(String scene, Consumer<LancaSettingsBuilder> change) {
    return (bench, seed) -> bench.figures(data(scene, seed), settings(seed).withLanca(change));
  }

  Cell.Single on(String scene, UnaryOperator<DataSpec> change) {
    return (bench, seed) -> bench.figures(change.apply(data(scene, seed)), settings(seed));
  }

  /** The figures of the layer that the network is compared with, on a scene. */
  Cell.Single layer(String scene) {
    return (bench, seed) -> {
      DataSpec spec = data(scene, seed);
      TrainingSettings settings =
          settings(seed)
              .withLanca(
                  l -> {
                    l.encoder(Encoder.VARIATIONAL);
                    l.causalTerms(false);
                  });
      return bench.figures(spec, bench.train(spec, settings, Workbench.Kind.LAYER));
    };
  }
}
