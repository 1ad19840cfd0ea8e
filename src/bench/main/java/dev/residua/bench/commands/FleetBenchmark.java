package dev.residua.bench.commands;

import picocli.CommandLine.Option;

/** A benchmark of many scenes that share a few models. */
abstract class FleetBenchmark extends BenchmarkCommand.OfModel {
  @Option(names = "--sources", paramLabel = "N", description = "Number of cameras, at least 1.")
  int sources = 500;

  @Option(names = "--scenes", paramLabel = "N", description = "Number of scenes, at least 1.")
  int scenes = 60;

  @Option(
      names = "--models",
      paramLabel = "N",
      description = "Models that the scenes share, at least 1.")
  int models = 6;

  @Option(
      names = "--partitions",
      paramLabel = "N",
      description = "Partitions of each topic, at least 1.")
  int partitions = 6;

  void checkSize(int leastModels) {
    atLeast(1, "--sources", sources);
    atLeast(1, "--scenes", scenes);
    atLeast(leastModels, "--models", models);
    atLeast(1, "--partitions", partitions);
  }
}
