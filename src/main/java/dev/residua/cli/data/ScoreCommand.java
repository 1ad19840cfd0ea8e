package dev.residua.cli.data;

import dev.residua.app.model.Models;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.scoring.ScoringModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Scores a stored data set without Kafka. */
@Command(
    name = "score",
    description = {
      "Scores the frames of a data set and writes one row per frame.",
      "Latents and residuals are in standard deviations of the training frames; p-values hold for"
          + " frames like those that calibrated the model. Where labels.csv has the true noise of a"
          + " factor, the correlation of its residual with it is printed, over frames without"
          + " events."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class ScoreCommand implements Callable<Integer> {
  @Option(names = "--model", required = true, paramLabel = "FILE", description = "Model bundle.")
  Path model;

  @Option(names = "--data", required = true, paramLabel = "DIR", description = "Data set.")
  Path data;

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

  @Option(names = "--json", description = "Print the summary as JSON.")
  boolean json;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call() {
    if (threads < 1) {
      throw new CommandFailedException("--threads must be at least 1 but was " + threads);
    }
    if (Files.isDirectory(out)) {
      throw new CommandFailedException(out + " is a folder, expected a file to write");
    }
    try {
      FrameDataset set = FrameDataset.open(data);
      ModelBundle bundle = ModelBundle.read(model);
      try (ScoringModel scoring = Models.scoring(bundle, threads)) {
        ScoreTable table =
            new ScoreTable(
                bundle.manifest().latentNames(),
                scoring.scorer(),
                scoring.calibration(),
                scoring.appearance());
        long start = System.nanoTime();
        ScoreTable.Summary summary;
        try (ProgressBar bar = new ProgressBar("scoring")) {
          summary = table.write(set, out, bar::update);
        }
        print(bundle, summary, (System.nanoTime() - start) / 1e9);
      }
      return 0;
    } catch (IOException | BadBundleException | IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
  }

  private void print(ModelBundle bundle, ScoreTable.Summary summary, double seconds) {
    if (json) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("out", out.toString());
      result.put("modelId", bundle.id());
      result.put("frames", summary.frames());
      result.put("seconds", seconds);
      result.put("framesPerSecond", summary.frames() / seconds);
      result.put("meanReconstructionError", summary.meanReconstructionError());
      result.put("jointPValueBelow0.01", summary.belowOnePercent());
      result.put("noiseCorrelation", summary.noiseCorrelation());
      spec.commandLine().getOut().println(Json.of(result));
      return;
    }
    spec.commandLine()
        .getOut()
        .printf(
            "%s: %d frames in %.1f s (%.0f frames/s), %.2f %% with a joint p-value below 0.01%n",
            out,
            summary.frames(),
            seconds,
            summary.frames() / seconds,
            100 * summary.belowOnePercent());
    summary
        .noiseCorrelation()
        .forEach(
            (name, r) ->
                spec.commandLine()
                    .getOut()
                    .printf("residual of %s correlates %.3f with its true noise%n", name, r));
  }
}
