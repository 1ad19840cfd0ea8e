package dev.residua.bench.commands;

import dev.residua.app.process.StartFailedException;
import dev.residua.bench.SoakBenchmark;
import dev.residua.bench.SoakSettings;
import dev.residua.cli.console.Json;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench soak}: hours of everyday operation, and the quantities that grow. */
@Command(
    name = "soak",
    description = {
      "Runs all roles for a long time under a moderate load and samples memory, threads, files, state, topics, sources and incidents.",
      "Cameras come and go, a second process joins and leaves or is killed, models are swapped and operators give orders; all of it is scaled to --duration.",
      "Prints one line per sample on standard error. The verdict of each figure compares the medians of the two halves after a warm-up of a quarter.",
      "At the end counts frames that were lost or scored twice and incidents that did not end. Needs Linux and a JDK (jcmd)."
    })
final class BenchSoak extends BenchmarkCommand.OfModel {
  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "1h",
      description = "Length of the load, such as 2m or 1h; at least 1m.")
  Duration duration;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1m",
      description = "Time between two samples, at least 1s.")
  Duration interval;

  @Option(
      names = "--rate",
      paramLabel = "F",
      defaultValue = "100",
      description = "Frames per second over all cameras, above 0.")
  double rate;

  @Option(
      names = "--cameras",
      paramLabel = "N",
      defaultValue = "20",
      description = "Cameras that send at the same time, at least 1.")
  int cameras;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of each topic, at least 1.")
  int partitions;

  @Option(
      names = "--bootstrap",
      paramLabel = "HOST:PORT",
      description =
          "Kafka to use, with topics of its own that are deleted afterwards (default: starts one).")
  @Nullable String bootstrap;

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException,
          BadBundleException,
          StartFailedException,
          InterruptedException,
          ExecutionException {
    atLeast(1, "--cameras", cameras);
    atLeast(1, "--partitions", partitions);
    SoakSettings settings = new SoakSettings(duration, interval, rate, cameras, partitions);
    ModelBundle bundle = model.read();
    SoakBenchmark.Result result;
    try (SoakBenchmark benchmark = new SoakBenchmark(folder, settings, bootstrap)) {
      result = benchmark.run(bundle, this::report);
    }
    return Json.map(
        "benchmark", "soak",
        "framesPerSecond", rate,
        "cameras", cameras,
        "partitions", partitions,
        "result", result,
        "environment", environment(bundle));
  }
}
