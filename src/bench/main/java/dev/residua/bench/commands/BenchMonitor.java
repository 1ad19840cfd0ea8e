package dev.residua.bench.commands;

import dev.residua.app.process.StartFailedException;
import dev.residua.app.roles.MonitorSettings;
import dev.residua.bench.MonitorBenchmark;
import dev.residua.bench.MonitoringRun;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.BadBundleException;
import dev.residua.streams.SourceLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench monitor}: the monitoring role together with the broker. */
@Command(
    name = "monitor",
    description = {
      "Scores evaluated per second with all detectors, exactly once, with a broker in its own process on this machine; memory and state of many sources; and the time that a process without state needs to restore it.",
      "The first quarter of the backlog warms up and does not count."
    })
final class BenchMonitor extends BenchmarkCommand.OfModel {
  @Option(
      names = "--scores",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Number of scores in the backlog.")
  int scores;

  @Option(
      names = "--sources",
      split = ",",
      paramLabel = "N",
      defaultValue = "16,200",
      description = "Numbers of sources, which send scores in turn; one row per number.")
  List<Integer> sources;

  @Option(
      names = "--live",
      paramLabel = "N",
      defaultValue = "256",
      description = "Number of sources per partition whose monitors stay in memory.")
  int live;

  @Option(
      names = "--commit",
      paramLabel = "MS",
      defaultValue = "100",
      description = "Time between two transactions, in milliseconds.")
  int commitMillis;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      defaultValue = "4",
      description = "Partitions of each topic.")
  int partitions;

  @Option(
      names = "--commissioned",
      description = "Let sources learn what is normal for them, before they are watched.")
  boolean commissioned;

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException, BadBundleException, StartFailedException, InterruptedException {
    atLeast(MonitoringRun.MIN_SCORES, "--scores", scores);
    List<MonitorBenchmark.Result> rows = new ArrayList<>();
    try (ProgressBar progress = new ProgressBar("bench monitor");
        MonitorBenchmark benchmark =
            new MonitorBenchmark(model.monitor(1, 20), folder.resolve("broker"), partitions)) {
      for (int i = 0; i < sources.size(); i++) {
        int done = i;
        MonitorSettings settings =
            new MonitorSettings(
                Integer.toString(i),
                folder.resolve("streams-" + i),
                1,
                0,
                SourceLimits.DEFAULTS.withLive(live),
                Duration.ofMillis(commitMillis),
                64L << 20);
        rows.add(
            benchmark.run(
                settings,
                commissioned,
                scores,
                sources.get(i),
                part -> progress.update((done + part) / sources.size())));
      }
    }
    return Json.map(
        "benchmark",
        "monitor",
        "guarantee",
        "exactly once",
        "partitions",
        partitions,
        "threads",
        1,
        "liveSourcesPerPartition",
        live,
        "commitMillis",
        commitMillis,
        "commissioned",
        commissioned,
        "results",
        rows,
        "environment",
        environment(model.read()));
  }
}
