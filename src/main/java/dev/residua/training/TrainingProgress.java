package dev.residua.training;

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
   * Offers a checkpoint between two steps, from which a later training can resume.
   *
   * @param step number of completed steps
   * @param weights makes the weights from which {@link Trainer#train} continues exactly; a few
   *     megabytes, only valid within this call
   */
  default void checkpoint(int step, Supplier<byte[]> weights) {}
}
