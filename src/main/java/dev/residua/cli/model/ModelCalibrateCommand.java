package dev.residua.cli.model;

import dev.residua.app.model.Models;
import dev.residua.causal.FrameScorer;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.StageProgress;
import dev.residua.dataset.FrameDataset;
import dev.residua.drift.DriftSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.training.DatasetSource;
import dev.residua.training.ModelCalibration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model calibrate}: new thresholds and references for a trained model. */
@Command(
    name = "calibrate",
    description = {
      "Calibrates a model again on nominal frames, without training: p-values, drift references,"
          + " thresholds.",
      "For a camera with its own noise and light, for rarer false alarms (they need more frames),"
          + " and for models of older versions. The frames must be in the order of their time, from"
          + " one camera, and none of those that trained the model; frames whose labels name an event are"
          + " left out."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelCalibrateCommand implements Callable<Integer> {
  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model bundle (default: the one that ships with the product).")
  @Nullable Path model;

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Nominal frames.")
  Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to write.")
  Path out;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of every random draw.")
  long seed = 1;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    try {
      ModelBundle bundle = Models.read(Optional.ofNullable(model));
      FrameDataset set = FrameDataset.open(data);
      ModelBundle calibrated;
      try (FrameScorer scorer = Models.scorer(bundle, 1);
          StageProgress bars = new StageProgress()) {
        calibrated =
            ModelCalibration.again(
                bundle,
                scorer,
                new DatasetSource(set, bundle.manifest().latentNames()),
                DriftSettings.DEFAULTS,
                seed,
                bars);
      }
      calibrated.write(out);
      spec.commandLine()
          .getOut()
          .printf("%s: model %s, calibrated on %s%n", out, calibrated.id(), set.name());
      return 0;
    } catch (IOException | BadBundleException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }
}
