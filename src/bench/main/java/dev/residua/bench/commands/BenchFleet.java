package dev.residua.bench.commands;

import dev.residua.app.process.StartFailedException;
import dev.residua.bench.FleetModels;
import dev.residua.bench.PipelineBenchmark;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.ProgressBar;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.scoring.ScoringSettings;
import dev.residua.wire.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench fleet}: many scenes in one scoring process. */
@Command(
    name = "fleet",
    description = {
      "Scores the same sources in one scene, in many scenes, and in many scenes of which one gets"
          + " another model in the middle of the load. Compares frames per second, processor time,"
          + " time from frame to committed score, and memory.",
      "The broker runs in its own process, scoring in this one."
    })
final class BenchFleet extends FleetBenchmark {
  private static final double LOAD = 0.5; // over the rate at which the backlog drained

  @Option(names = "--frames", paramLabel = "N", description = "Number of frames in the backlog.")
  int frames = 20_000;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Duration of the steady load in seconds.")
  int seconds = 20;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "Number of times that the three cases are measured, one after the other.")
  int rounds = 2;

  private record Case(String name, int scenes, int models, boolean swaps) {}

  @Override
  Map<String, Object> measure(Path folder)
      throws IOException, BadBundleException, StartFailedException, InterruptedException {
    checkSize(2);
    atLeast(100, "--frames", frames);
    atLeast(1, "--seconds", seconds);
    atLeast(1, "--rounds", rounds);
    ModelBundle bundle = model.read();
    List<Case> cases =
        List.of(
            new Case("one scene", 1, 1, false),
            new Case("many scenes", scenes, models, false),
            new Case("many scenes, one changes", scenes, models, true));
    List<Map<String, Object>> rows = new ArrayList<>();
    try (ProgressBar progress = new ProgressBar("bench fleet");
        PipelineBenchmark benchmark =
            new PipelineBenchmark(bundle.manifest().image(), folder, partitions, sources)) {
      ScoringSettings settings = ScoringSettings.defaults("bench-fleet", "1");
      benchmark.warmUp(
          () -> dev.residua.runtime.BundleOpener.scoring(bundle, 1),
          ScoringSettings.defaults("bench-warm-up", "1"));
      int runs = rounds * cases.size();
      for (int i = 0; i < runs; i++) {
        int done = i;
        Case one = cases.get(i % cases.size());
        Topics topics = benchmark.backlog(frames);
        FleetModels fleet =
            benchmark.fleet(topics, bundle, one.scenes(), one.models(), one.swaps());
        PipelineBenchmark.Result result =
            benchmark.drain(
                topics,
                fleet,
                settings,
                frames,
                LOAD,
                seconds,
                part -> progress.update((done + part) / runs));
        rows.add(
            Json.map(
                "case", one.name(),
                "scenes", one.scenes(),
                "models", one.models(),
                "residentMiB", PipelineBenchmark.residentMiB(),
                "result", result));
      }
      progress.update(1);
    }
    return Json.map(
        "benchmark", "fleet",
        "sources", sources,
        "partitions", partitions,
        "results", rows,
        "environment", environment(bundle));
  }
}
