package dev.residua.cli.data;

import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.ModelAndData;
import dev.residua.cli.console.ProgressBar;
import dev.residua.cli.console.SetDetails;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code score}: scores a stored data set without Kafka. */
@Command(
    name = "score",
    description = {
      "Scores the frames of a data set and writes one row per frame.",
      "A model of details adds the columns detail_score, detail_p, detail_across and detail_down if"
          + " the set has detail pictures.",
      "Latents and residuals are in standard deviations of the training frames; p-values are valid"
          + " for frames like those that calibrated the model. If labels.csv has the true noise"
          + " of a factor, the command also prints the correlation of the factor's residual with"
          + " it, over the frames without events."
    })
public final class ScoreCommand extends JsonCommand {
  @Mixin ModelAndData input = new ModelAndData();

  @Option(
      names = "--out",
      required = true,
      paramLabel = "FILE.csv",
      description = "Table to write.")
  Path out;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads that share the work.")
  int threads;

  @Override
  public Integer call() throws IOException, BadBundleException {
    atLeast(1, "--threads", threads);
    if (Files.isDirectory(out)) {
      throw new CommandFailedException(out + " is a folder, expected a file to write");
    }
    ModelBundle bundle = input.model();
    FrameDataset set = input.data(bundle);
    long start;
    ScoreTable.Summary summary;
    try (ScoringModel scoring = BundleOpener.scoring(bundle, threads);
        ProgressBar bar = new ProgressBar("scoring")) {
      start = System.nanoTime();
      summary =
          new ScoreTable(
                  bundle.manifest().nodeNames(),
                  scoring.scorer(),
                  scoring.variables(),
                  scoring.calibration(),
                  scoring.appearance(),
                  SetDetails.of(scoring.details(), set, err(), "small defects are left out"))
              .write(set, out, bar::update);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    print(
        Json.map(
            "out", out.toString(),
            "modelId", bundle.id(),
            "frames", summary.frames(),
            "seconds", seconds,
            "framesPerSecond", summary.frames() / seconds,
            "meanReconstructionError", summary.meanReconstructionError(),
            "jointPValueBelow0.01", summary.belowOnePercent(),
            "noiseCorrelation", summary.noiseCorrelation()),
        () -> printText(summary, seconds));
    return 0;
  }

  private void printText(ScoreTable.Summary summary, double seconds) {
    print(
        "%s: %d frames in %.1f s (%.0f frames/s), %.2f %% with a joint p-value below 0.01",
        out,
        summary.frames(),
        seconds,
        summary.frames() / seconds,
        100 * summary.belowOnePercent());
    summary
        .noiseCorrelation()
        .forEach((name, r) -> print("residual of %s correlates %.3f with its true noise", name, r));
  }
}
