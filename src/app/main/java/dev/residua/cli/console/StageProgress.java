package dev.residua.cli.console;

import dev.residua.causal.CausalGraph;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import java.io.PrintStream;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Shows one progress bar per stage, and estimates the training time after the first steps. */
public final class StageProgress implements TrainingProgress, AutoCloseable {
  private static final String TRAINING = "training";

  /** Seconds of training after which its duration is estimated. */
  private static final double ESTIMATE_AFTER = 5;

  private final PrintStream out;
  private final boolean terminal;
  private final LongSupplier nanos;
  private final boolean untilStable;
  private String stage = "";
  private @Nullable ProgressBar bar;
  private long firstNanos;
  private double firstFraction = -1;
  private boolean estimated;
  private double left;

  public StageProgress() {
    this(false);
  }

  /**
   * @param untilStable whether the training ends when it is stable
   */
  public StageProgress(boolean untilStable) {
    this(untilStable, System.err, ProgressBar.isTerminal(), System::nanoTime);
  }

  StageProgress(boolean untilStable, PrintStream out, boolean terminal, LongSupplier nanos) {
    this.untilStable = untilStable;
    this.out = out;
    this.terminal = terminal;
    this.nanos = nanos;
  }

  @Override
  public void at(String newStage, double fraction, @Nullable TrainingLosses losses) {
    if (!newStage.equals(stage)) {
      firstFraction = -1;
      estimated = false;
    }
    if (newStage.endsWith(TRAINING)) {
      estimate(fraction);
    }
    if (!newStage.equals(stage) || bar == null) {
      close();
      stage = newStage;
      bar = new ProgressBar(newStage, out, terminal);
    }
    bar.update(
        fraction,
        losses == null
            ? null
            : "reconstruction %.2f, labels %.4f, held %.4f, mmd %.4f"
                .formatted(losses.reconstruction(), losses.label(), losses.held(), losses.mmd()));
  }

  /** Prints the expected minutes once; the first report, of slow steps, only starts the clock. */
  private void estimate(double fraction) {
    long now = nanos.getAsLong();
    if (firstFraction < 0) {
      firstNanos = now;
      firstFraction = fraction;
      return;
    }
    double seconds = (now - firstNanos) / 1e9;
    if (fraction <= firstFraction) {
      return;
    }
    double all = seconds / (fraction - firstFraction);
    left = all * (1 - fraction);
    if (!estimated && seconds >= ESTIMATE_AFTER) {
      estimated = true;
      line(
          untilStable
              ? "training takes at most %s; it ends earlier if it is stable".formatted(minutes(all))
              : "training takes about %s".formatted(minutes(all)));
    }
  }

  @Override
  public void round(
      int done, int steps, double reconstruction, OptionalDouble labelError, CausalGraph graph) {
    line(
        "after %d of at most %d steps: %s%.1f %% of the pixel variance is not reproduced, graph %s; at most %s more"
            .formatted(
                done,
                steps,
                labelError.isPresent()
                    ? "label error %.2f sd, ".formatted(labelError.getAsDouble())
                    : "",
                100 * reconstruction,
                graph,
                minutes(left)));
  }

  private void line(String text) {
    if (bar == null) {
      out.println(text);
    } else {
      bar.line(text);
    }
  }

  private static String minutes(double seconds) {
    long minutes = Math.max(1, Math.round(seconds / 60));
    return minutes == 1 ? "1 minute" : minutes + " minutes";
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
