package dev.residua.bench.commands;

import dev.residua.bench.GraphTrial;
import dev.residua.cli.console.Json;
import dev.residua.training.ExactDagSearch;
import dev.residua.training.ExactDagSearchSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code bench graph}: the time of a graph search. */
@Command(
    name = "graph",
    description = {
      "Seconds of a graph search on vectors of a known graph, with and without half-samples, and the"
          + " distance of the graph that it finds from the true one.",
      "Searches use all cores."
    })
final class BenchGraph extends BenchmarkCommand {
  @Option(
      names = "--latents",
      split = ",",
      paramLabel = "D",
      defaultValue = "4,6,8,10,12",
      description = "Numbers of latents, 2 to " + ExactDagSearch.MAX_LATENTS + ".")
  List<Integer> latents = new ArrayList<>();

  @Option(
      names = "--rows",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Number of vectors.")
  int rows;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Seed of the draws.")
  long seed;

  @Override
  Map<String, Object> measure(Path folder) {
    atLeast(ExactDagSearch.MIN_ROWS, "--rows", rows);
    ExactDagSearchSettings settings = ExactDagSearchSettings.DEFAULTS.withSeed(seed);
    GraphTrial.run(rows, 4, settings); // warms up
    List<Map<String, Object>> results = new ArrayList<>();
    for (int d : latents) {
      atLeast(2, "--latents", d);
      for (int halves : new int[] {0, settings.resamples()}) {
        GraphTrial.Result result = GraphTrial.run(rows, d, settings.withResamples(halves));
        report(
            "%d latents, %d half-samples: %.1f s (%.1f s on all cores together), distance %d from the true graph of %d edges"
                .formatted(
                    d,
                    halves,
                    result.seconds(),
                    result.processorSeconds(),
                    result.shd(),
                    result.edges()));
        results.add(
            Json.map(
                "latents", d,
                "halfSamples", halves,
                "seconds", result.seconds(),
                "processorSeconds", result.processorSeconds(),
                "shd", result.shd(),
                "edges", result.edges()));
      }
    }
    return Json.map(
        "benchmark", "graph",
        "rows", rows,
        "seed", seed,
        "results", results,
        "environment", environment());
  }
}
