package dev.residua.training;

import java.util.function.Supplier;
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

  /**
   * Told now and then, between two steps: who keeps what it offers can go on from here if the
   * process dies.
   *
   * @param step steps done
   * @param weights gives what {@link Trainer#train} starts from to continue exactly; a few
   *     megabytes, made only when asked, and only within this call
   */
  default void checkpoint(int step, Supplier<byte[]> weights) {}
}
