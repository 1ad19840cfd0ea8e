package dev.residua.bench.experiment;

import dev.residua.training.TrainedNetwork;
import dev.residua.training.Trainer;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingPipeline;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Check that a network can reproduce one repeated batch: encoder, decoder and their gradients then
 * work.
 *
 * @param loss squared error summed over a frame, at the end of the training
 * @param pixelVariance variance around the mean image, summed over a frame
 */
record OverfitCheck(double loss, double pixelVariance) {
  static final Experiment EXPERIMENT =
      new Experiment(
          "overfit",
          Experiment.Needs.TRAININGS,
          "One batch of 64 frames, repeated: the limit of the autoencoder's reproduction.",
          (cells, scale) ->
              cells.add(
                  "64 frames",
                  (bench, seed) -> bench.overfit(seed, scale.settings(seed)).figures()));

  /** Largest share of the pixel variance that may be left, in percent. */
  static final double MARK = 2;

  /**
   * Trains on the first batch of some data alone, without labels and causal terms.
   *
   * @param settings with as many latents as the pictures have factors, and steps that suffice
   */
  static OverfitCheck of(
      Trainer trainer, TrainingData data, TrainingSettings settings, TrainingProgress progress)
      throws TrainingFailedException {
    int batch = settings.batch();
    TrainingSettings plain = settings.withMaxLabels(0).withLanca(l -> l.causalTerms(false));
    try (TrainedNetwork network = trainer.train(data, batch, new int[0], plain, null, progress)) {
      double variance = TrainingPipeline.pixelVariance(data, IntStream.range(0, batch).toArray());
      return new OverfitCheck(
          network.finalLosses().reconstruction(), data.shape().size() * variance);
    }
  }

  /** Share of the pixel variance that is left, in percent. */
  double share() {
    return 100 * loss / pixelVariance;
  }

  boolean passes() {
    return share() <= MARK;
  }

  Map<String, Double> figures() {
    Map<String, Double> row = new LinkedHashMap<>();
    row.put("last reconstruction loss, squared error a frame", loss());
    row.put("share of variance %", share());
    row.put("mark %", MARK);
    row.put("passes", passes() ? 1.0 : 0.0);
    return row;
  }
}
