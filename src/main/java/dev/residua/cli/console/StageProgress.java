package dev.residua.cli.console;

import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import org.jspecify.annotations.Nullable;

/** One progress bar per stage. */
public final class StageProgress implements TrainingProgress, AutoCloseable {
  private String stage = "";
  private @Nullable ProgressBar bar;

  @Override
  public void at(String newStage, double fraction, @Nullable TrainingLosses losses) {
    if (!newStage.equals(stage) || bar == null) {
      close();
      stage = newStage;
      bar = new ProgressBar(newStage);
    }
    bar.update(
        fraction,
        losses == null
            ? null
            : "reconstruction %.2f, labels %.4f, held %.4f, mmd %.4f"
                .formatted(losses.reconstruction(), losses.label(), losses.held(), losses.mmd()));
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
