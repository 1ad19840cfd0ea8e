package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Receives the progress of a training, on the training thread, so it must be quick. */
@FunctionalInterface
public interface TrainingProgress {
  TrainingProgress SILENT = (stage, fraction, losses) -> {};

  /**
   * Receives the progress of a stage.
   *
   * @param stage its description
   * @param fraction of this stage, in [0, 1]
   * @param losses of recent steps, while the network is trained
   */
  void at(String stage, double fraction, @Nullable TrainingLosses losses);

  /**
   * Receives the figures after a round of a training that ends when they are stable.
   *
   * @param done steps so far
   * @param steps of the training if it is not stable earlier
   * @param reconstruction share of the pixel variance that is not reproduced
   * @param labelError largest error of a factor, in standard deviations of its labels; empty
   *     without labels
   */
  default void round(
      int done, int steps, double reconstruction, OptionalDouble labelError, CausalGraph graph) {}

  /** This progress with longer descriptions of stages, and without checkpoints. */
  default TrainingProgress prefixed(String prefix) {
    TrainingProgress progress = this;
    return new TrainingProgress() {
      @Override
      public void at(String stage, double fraction, @Nullable TrainingLosses losses) {
        progress.at(prefix + stage, fraction, losses);
      }

      @Override
      public void round(
          int done,
          int steps,
          double reconstruction,
          OptionalDouble labelError,
          CausalGraph graph) {
        progress.round(done, steps, reconstruction, labelError, graph);
      }
    };
  }

  /**
   * Offers a checkpoint between two steps, from which a later training can resume.
   *
   * @param step number of completed steps
   * @param weights makes the weights from which {@link Trainer#train} continues exactly; a few
   *     megabytes, only valid within this call
   */
  default void checkpoint(int step, Supplier<byte[]> weights) {}
}
