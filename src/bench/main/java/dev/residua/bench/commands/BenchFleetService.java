package dev.residua.bench.commands;

import dev.residua.app.process.StartFailedException;
import dev.residua.bench.FleetServiceBenchmark;
import dev.residua.cli.console.Json;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench fleet-service}: the whole product under the load of a fleet. */
@Command(
    name = "fleet-service",
    description = {
      "Runs all roles for a fleet of cameras and measures the time from the capture of a frame to its committed results.",
      "All cameras are commissioned. Then the light of one scene moves for good: its model is retrained, passes the gate, is activated and rolled back. When all are armed, a mechanism of ten cameras breaks. The dashboard is open all the time.",
      "A camera learns from some 1,250 frames, so at 2 frames per second the whole takes 40 minutes.",
      "Prints one line per sample on standard error. Needs Linux and 15 GB of disk."
    })
final class BenchFleetService extends FleetBenchmark {
  @Option(
      names = "--rate",
      paramLabel = "F",
      description = "Frames per second of each camera, above 0.")
  double rate = 2;

  @Option(
      names = "--duration",
      paramLabel = "TIME",
      defaultValue = "40m",
      description = "Length of the load, such as 40m or 1h; at least 1m.")
  Duration duration;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      defaultValue = "1m",
      description = "Time between two samples, at least 1s.")
  Duration interval;

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException,
          BadBundleException,
          StartFailedException,
          InterruptedException,
          ExecutionException {
    checkSize(1);
    atLeast(60, "--duration", (int) duration.toSeconds());
    atLeast(1, "--interval", (int) interval.toSeconds());
    ModelBundle bundle = model.read();
    FleetServiceBenchmark.Settings settings =
        new FleetServiceBenchmark.Settings(
            sources, scenes, models, rate, duration, interval, partitions);
    try (FleetServiceBenchmark benchmark = new FleetServiceBenchmark(folder, settings)) {
      FleetServiceBenchmark.Result result = benchmark.run(bundle, this::report);
      return Json.map(
          "benchmark", "fleet-service",
          "sources", sources,
          "scenes", scenes,
          "models", models,
          "framesPerSecondOfEach", rate,
          "partitions", partitions,
          "result", result,
          "environment", environment(bundle));
    }
  }
}
