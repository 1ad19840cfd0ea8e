package dev.residua.bench.commands;

import dev.residua.app.process.StartFailedException;
import dev.residua.bench.SwapBenchmark;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench swap}: changes of the model while frames arrive. */
@Command(
    name = "swap",
    description = {
      "Swaps between two models repeatedly while frames arrive. Counts frames that were lost, scored"
          + " twice or evaluated by the wrong model; measures how long frames wait and whether memory"
          + " grows.",
      "The broker runs in its own process, scoring and monitoring in this one."
    })
final class BenchSwap extends BenchmarkCommand.OfModel {
  @Option(names = "--swaps", paramLabel = "N", description = "Number of swaps.")
  int swaps = 1_000;

  @Option(names = "--rate", paramLabel = "F", description = "Frames per second over all sources.")
  double rate = 200;

  @Option(names = "--partitions", paramLabel = "N", description = "Partitions of each topic.")
  int partitions = 4;

  @Option(names = "--sources", paramLabel = "N", description = "Number of cameras.")
  int sources = 16;

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException, BadBundleException, StartFailedException, InterruptedException {
    atLeast(1, "--swaps", swaps);
    atLeast(1, "--partitions", partitions);
    atLeast(1, "--sources", sources);
    if (!(rate > 0)) {
      throw new CommandFailedException("--rate must be above 0 but was " + rate);
    }
    ModelBundle bundle = model.read();
    SwapBenchmark.Result result;
    try (ProgressBar progress = new ProgressBar("bench swap");
        SwapBenchmark benchmark = new SwapBenchmark(bundle, folder, partitions, sources)) {
      result = benchmark.run(swaps, rate, progress::update);
    }
    return Json.map(
        "benchmark", "swap",
        "framesPerSecond", rate,
        "partitions", partitions,
        "sources", sources,
        "result", result,
        "environment", environment(bundle));
  }
}
