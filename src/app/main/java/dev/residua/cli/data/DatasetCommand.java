package dev.residua.cli.data;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Groups the commands that make data sets. */
@Command(
    name = "dataset",
    description =
        "Makes data sets from simulated scenes with known causes, or from your own images.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DatasetGenerateCommand.class,
      DatasetImportCommand.class,
    })
public final class DatasetCommand implements Runnable {
  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}
