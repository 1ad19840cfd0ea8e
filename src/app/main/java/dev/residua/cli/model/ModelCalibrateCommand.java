package dev.residua.cli.model;

import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.cli.console.ModelOption;
import dev.residua.cli.console.StageProgress;
import dev.residua.dataset.FrameDataset;
import dev.residua.detail.DetailChannel;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.runtime.BundleOpener;
import dev.residua.training.DatasetSource;
import dev.residua.training.ModelCalibration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model calibrate}: new thresholds and references for a trained model. */
@Command(
    name = "calibrate",
    description = {
      "Calibrates a model again on nominal frames, without training: p-values, drift references and"
          + " thresholds.",
      "Use it for a camera with other noise and light, and for fewer false alarms (which needs"
          + " more frames). The frames must be in order of time, from one camera, and not used to"
          + " train the model. Frames whose labels name an event are left out. Labels of factors"
          + " check the names of the latents."
    })
final class ModelCalibrateCommand extends ConsoleCommand {
  @Mixin ModelOption model = new ModelOption();

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DIR",
      description = "Nominal frames; larger ones are reduced to the size that the model reads.")
  Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.residua",
      description = "Bundle to write.")
  Path out;

  @Option(names = "--seed", paramLabel = "S", description = "Seed of every random draw.")
  long seed = 1;

  @Override
  public Integer call() throws IOException, BadBundleException {
    ModelBundle bundle = model.read();
    FrameDataset set = FrameDataset.open(data).reducedTo(bundle.manifest().image());
    checkDetails(bundle, set);
    ModelBundle calibrated;
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, 1);
        LatentDecoder decoder = OnnxLatentDecoder.of(bundle.network());
        StageProgress bars = new StageProgress()) {
      calibrated =
          ModelCalibration.again(
              bundle,
              scorer,
              decoder,
              new DatasetSource(
                  set, bundle.manifest().latentNames(), bundle.manifest().observed().names()),
              DriftSettings.DEFAULTS,
              seed,
              bars);
    }
    calibrated.write(out);
    print("%s: model %s, calibrated on %s", out, calibrated.id(), set.name());
    return 0;
  }

  /** Checks that a data set can calibrate the small defects of a model that finds them. */
  static void checkDetails(ModelBundle bundle, FrameDataset set) throws BadBundleException {
    Optional<DetailChannel> channel = BundleOpener.details(bundle);
    if (set.details() == null && channel.isPresent()) {
      ImageShape details = channel.get().model().shape();
      throw new CommandFailedException(
          "the model finds small defects, but %s has no detail pictures to calibrate that on; import the frames with --details %dx%d"
              .formatted(set.name(), details.width(), details.height()));
    }
  }
}
