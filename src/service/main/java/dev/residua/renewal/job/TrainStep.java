package dev.residua.renewal.job;

import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.AtomicFile;
import dev.residua.model.ModelBundle;
import dev.residua.renewal.gate.ExaminedModel;
import dev.residua.renewal.selection.StreamData;
import dev.residua.training.ModelCalibration;
import dev.residua.training.TrainingFailedException;
import dev.residua.training.TrainingLosses;
import dev.residua.training.TrainingProgress;
import dev.residua.training.TrainingReport;
import dev.residua.training.TrainingSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes a candidate from the collected frames: a trained model, or the recalibrated champion. */
final class TrainStep {
  private static final String CHECKPOINT = "checkpoint.bin";
  private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(20);

  /** Learning rate from the active weights: low enough not to undo their training. */
  private static final double WARM_RATE = 3e-4;

  private final TrainingContext context;

  TrainStep(TrainingContext context) {
    this.context = context;
  }

  /** Trains, from the last checkpoint if the folder has one. */
  ModelBundle train(ModelBundle champion, StreamData data)
      throws TrainingFailedException, IOException {
    RenewalSettings settings = context.settings();
    boolean warm = settings.warmStart();
    TrainingSettings training =
        data.settings(
            TrainingSettings.DEFAULTS
                .withLatents(champion.manifest().latents().size())
                .withSteps(settings.steps())
                .withSeed(settings.seed())
                .withThreads(settings.threads())
                .with(c -> c.learningRate(warm ? WARM_RATE : c.learningRate())));
    Path checkpoint = context.folder().resolve(CHECKPOINT);
    byte[] unfinished = Files.exists(checkpoint) ? Files.readAllBytes(checkpoint) : null;
    TrainingReport report =
        context
            .dependencies()
            .pipeline()
            .run(
                data, training, null, warm ? champion : null, unfinished, new Progress(checkpoint));
    ModelBundle bundle = report.bundle();
    return bundle.withProvenance(
        context.withRequest(
            data.describe(bundle.manifest().provenance()),
            warm ? "weights of " + champion.id() : "random weights"));
  }

  /**
   * The active model with a new calibration and the same network: enough if the world has moved but
   * the pictures are of the same kind.
   */
  ModelBundle recalibrate(ExaminedModel active, StreamData data) {
    ModelBundle bundle =
        ModelCalibration.again(
            active.bundle(),
            active.scorer(),
            active.decoder(),
            new CalibrationFrames(data),
            context.dependencies().drift(),
            context.settings().seed(),
            (stage, fraction, losses) ->
                context.publish(
                    TrainingPhase.CALIBRATING, fraction, "recalibrating the active model"));
    return bundle.withProvenance(
        context.withRequest(
            data.describe(bundle.manifest().provenance()), "recalibrated, not trained"));
  }

  /** Publishes progress, writes checkpoints and stops a cancelled training. */
  private final class Progress implements TrainingProgress {
    private final Path checkpoint;
    private Instant written = context.dependencies().clock().instant();

    Progress(Path checkpoint) {
      this.checkpoint = checkpoint;
    }

    @Override
    public void at(String stage, double fraction, @Nullable TrainingLosses losses) {
      context.throwIfCancelled(stage);
      boolean trains = losses != null || stage.equals("training");
      context.publish(trains ? TrainingPhase.TRAINING : TrainingPhase.CALIBRATING, fraction, stage);
    }

    @Override
    public void checkpoint(int step, Supplier<byte[]> weights) {
      Instant now = context.dependencies().clock().instant();
      if (now.isBefore(written.plus(CHECKPOINT_INTERVAL))) {
        return;
      }
      byte[] bytes = weights.get();
      try {
        AtomicFile.write(checkpoint, out -> out.write(bytes));
        written = now;
      } catch (IOException e) {
        context.publish(
            TrainingPhase.TRAINING,
            0,
            "cannot write a checkpoint at step %d: %s".formatted(step, e.getMessage()));
      }
    }
  }
}
