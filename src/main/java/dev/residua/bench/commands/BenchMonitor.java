package dev.residua.bench.commands;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.app.process.StartFailedException;
import dev.residua.app.process.TemporaryFolders;
import dev.residua.app.roles.MonitorSettings;
import dev.residua.bench.MonitorBenchmark;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.drift.FalseAlarmBudget;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench monitor}: the monitoring role with the broker included. */
@Command(
    name = "monitor",
    description = {
      "Scores evaluated per second with all detectors, exactly once, with a broker in a process of its own on this machine; memory and state of many sources, and the time until a process without state goes on.",
      "The first quarter of the backlog warms up and does not count."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class BenchMonitor implements Callable<Integer> {
  @Option(
      names = "--scores",
      paramLabel = "N",
      defaultValue = "200000",
      description = "Scores of the backlog.")
  int scores;

  @Option(
      names = "--sources",
      split = ",",
      paramLabel = "N",
      defaultValue = "16,200",
      description = "Sources that send them in turn; a row each.")
  List<Integer> sources;

  @Option(
      names = "--live",
      paramLabel = "N",
      defaultValue = "256",
      description = "Sources of a partition that are held ready in memory.")
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
      names = "--model",
      paramLabel = "FILE",
      description = "Model bundle (default: the one that ships with the product).")
  @Nullable Path model;

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public Integer call()
      throws IOException, BadBundleException, StartFailedException, InterruptedException {
    if (scores < 1_000) {
      throw new CommandFailedException("--scores must be at least 1000 but was " + scores);
    }
    ModelBundle bundle = Models.read(Optional.ofNullable(model));
    Path data = Files.createTempDirectory("residua-bench");
    List<MonitorBenchmark.Result> rows = new ArrayList<>();
    try (ProgressBar progress = new ProgressBar("bench monitor");
        MonitorBenchmark benchmark =
            new MonitorBenchmark(
                Models.monitor(
                    bundle,
                    AnomalySettings.DEFAULTS,
                    new FalseAlarmBudget(1, FalseAlarmBudget.Period.WEEK, 20).runLength(),
                    IncidentSettings.DEFAULTS),
                data.resolve("broker"),
                partitions)) {
      for (int i = 0; i < sources.size(); i++) {
        int done = i;
        MonitorSettings settings =
            new MonitorSettings(
                Integer.toString(i),
                data.resolve("streams-" + i),
                1,
                0,
                live,
                Duration.ofMillis(commitMillis),
                64L << 20);
        rows.add(
            benchmark.run(
                settings,
                scores,
                sources.get(i),
                part -> progress.update((done + part) / sources.size())));
      }
    } finally {
      TemporaryFolders.delete(data);
    }
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("benchmark", "monitor");
    answer.put("guarantee", "exactly once");
    answer.put("partitions", partitions);
    answer.put("threads", 1);
    answer.put("liveSourcesPerPartition", live);
    answer.put("commitMillis", commitMillis);
    answer.put("results", rows);
    answer.put("environment", BenchCommand.environment(bundle));
    spec.commandLine().getOut().println(Json.of(answer));
    return 0;
  }
}
