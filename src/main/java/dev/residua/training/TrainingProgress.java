package dev.residua.training;

import org.jspecify.annotations.Nullable;

/** Hears how far a training is; called on the training thread, so it must be quick. */
@FunctionalInterface
public interface TrainingProgress {
  TrainingProgress SILENT = (stage, fraction, losses) -> {};

  /**
   * @param stage what is being done, in words
   * @param fraction of this stage, in [0, 1]
   * @param losses of recent steps, while the network is trained
   */
  void at(String stage, double fraction, @Nullable TrainingLosses losses);
}
