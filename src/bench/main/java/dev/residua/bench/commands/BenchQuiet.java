package dev.residua.bench.commands;

import com.fasterxml.jackson.databind.JsonNode;
import dev.residua.bench.QuietSources;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.BadBundleException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench quiet}: false incidents of sources that learn what is normal for them. */
@Command(
    name = "quiet",
    description = {
      "Incidents of quiet sources that learn what is normal from their own first frames, each with a"
          + " monitor of its own, without Kafka.",
      "Residuals are simulated autoregressions whose innovations are normal, heavy-tailed or skewed"
          + " in turn; a source that is not armed within --most frames is not watched.",
      "The picture is not watched, so half of the false alarms is left to the residuals."
    })
final class BenchQuiet extends BenchmarkCommand.OfModel {
  @Option(
      names = "--lags",
      split = ",",
      paramLabel = "R",
      defaultValue = "0,0.5,0.9,0.99",
      description = "Correlations of consecutive residuals, in [0, 0.995].")
  List<Double> lags = new ArrayList<>();

  @Option(
      names = "--sources",
      paramLabel = "N",
      defaultValue = "40",
      description = "Number of sources per correlation.")
  int sources;

  @Option(
      names = "--frames",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Number of frames that each source is watched for once it is armed.")
  long frames;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "400000",
      description = "Number of frames in which a source must be armed.")
  long most;

  @Option(
      names = "--false-alarms",
      paramLabel = "N",
      defaultValue = "1",
      description = "False alarms per week of each source.")
  double falseAlarms;

  @Option(
      names = "--fps",
      paramLabel = "N",
      defaultValue = "2",
      description = "Frames per second of each source.")
  double framesPerSecond;

  @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Seed.")
  long seed;

  @Override
  Map<String, Object> measure(Path folder) throws BadBundleException {
    if (lags.stream().anyMatch(r -> !(r >= 0 && r <= 0.995))) {
      throw new CommandFailedException("--lags must be in [0, 0.995]");
    }
    if (sources < 1 || frames < 1 || most < 1) {
      throw new CommandFailedException("--sources, --frames and --most must be at least 1");
    }
    QuietSources trial =
        new QuietSources(model.monitor(falseAlarms, framesPerSecond), falseAlarms, framesPerSecond);
    List<QuietSources.Row> rows = new ArrayList<>();
    try (ProgressBar bar = new ProgressBar("bench quiet")) {
      for (double lagOne : lags) {
        rows.add(
            trial.run(
                lagOne,
                sources,
                most,
                frames,
                seed,
                part -> bar.update((rows.size() + part) / lags.size(), "lag one " + lagOne)));
      }
    }
    long watched = rows.stream().mapToLong(QuietSources.Row::watched).sum();
    int incidents = rows.stream().mapToInt(QuietSources.Row::incidents).sum();
    double expected = watched * falseAlarms / (2 * 7 * 86_400 * framesPerSecond);
    for (QuietSources.Row row : rows) {
      printRow(
          "lag one %s: %d of %d sources armed after %,.0f frames on average, %d to review; %d incidents before, %d in %,d frames after",
          row.lagOne(),
          row.armed(),
          row.sources(),
          row.framesToArm(),
          row.review(),
          row.early(),
          row.incidents(),
          row.watched());
    }
    printRow("%d incidents in all, %.1f expected", incidents, expected);
    return Json.map(
        "benchmark", "quiet",
        "seed", seed,
        "falseAlarmsPerWeek", falseAlarms,
        "framesPerSecond", framesPerSecond,
        "rows", rows,
        "incidents", incidents,
        "expected", expected,
        "environment", environment());
  }

  @Override
  void printFigures(JsonNode output) {} // they are printed by measure
}
