package dev.residua.bench.commands;

import picocli.CommandLine.Command;

/** {@code bench}: the benchmarks of the product. */
@Command(
    name = "bench",
    description =
        "Measures this product on this machine; prints figures, the machine, its load and the versions.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchPipeline.class,
      BenchMonitor.class,
      BenchSwap.class,
      BenchFleet.class,
      BenchFleetService.class,
      BenchSoak.class,
      BenchScore.class,
      BenchDecode.class,
      BenchTrain.class,
      BenchDrift.class,
      BenchGraph.class,
      BenchAlternatives.class,
      BenchQuiet.class,
      BenchCompare.class
    })
public final class BenchCommand {
  private BenchCommand() {}
}
