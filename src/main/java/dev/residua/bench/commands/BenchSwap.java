package dev.residua.bench.commands;

import dev.residua.app.model.Models;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.bench.SwapBenchmark;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench swap}: models that take over while frames come. */
@Command(
    name = "swap",
    description = {
      "Swaps between two models again and again while frames come, and counts what was lost, doubled"
          + " or evaluated by the wrong model; how long frames wait; and whether memory grows.",
      "Broker in a process of its own, scoring and monitoring in this one."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class BenchSwap implements Callable<Integer> {
  @Option(names = "--swaps", paramLabel = "N", description = "How often.")
  int swaps = 1_000;

  @Option(names = "--rate", paramLabel = "F", description = "Frames per second over all sources.")
  double rate = 200;

  @Option(names = "--partitions", paramLabel = "N", description = "Partitions of each topic.")
  int partitions = 4;

  @Option(names = "--sources", paramLabel = "N", description = "Cameras.")
  int sources = 16;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description = "Model bundle (default: the one that ships with the product).")
  @Nullable Path model;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call()
      throws IOException, BadBundleException, StartFailedException, InterruptedException {
    if (swaps < 1 || !(rate > 0) || partitions < 1 || sources < 1) {
      throw new CommandFailedException(
          "--swaps, --partitions and --sources must be at least 1 and --rate above 0 but were %d, %d, %d and %s"
              .formatted(swaps, partitions, sources, rate));
    }
    ModelBundle bundle = Models.read(Optional.ofNullable(model));
    Path data = Files.createTempDirectory("residua-bench");
    SwapBenchmark.Result result;
    try (ProgressBar progress = new ProgressBar("bench swap");
        SwapBenchmark benchmark = new SwapBenchmark(bundle, data, partitions, sources)) {
      result = benchmark.run(swaps, rate, progress::update);
    } finally {
      TemporaryFolders.delete(data);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("benchmark", "swap");
    answer.put("framesPerSecond", rate);
    answer.put("partitions", partitions);
    answer.put("sources", sources);
    answer.put("result", result);
    answer.put("environment", BenchCommand.environment(bundle));
    spec.commandLine().getOut().println(Json.of(answer));
    return 0;
  }
}
