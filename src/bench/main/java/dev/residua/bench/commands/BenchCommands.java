package dev.residua.bench.commands;

import dev.residua.cli.console.AddedCommands;
import java.util.List;

/** Adds the benchmarks and experiments to the command line. */
public final class BenchCommands implements AddedCommands {
  @Override
  public List<Class<?>> commands() {
    return List.of(ExperimentCommand.class, BenchCommand.class);
  }
}
