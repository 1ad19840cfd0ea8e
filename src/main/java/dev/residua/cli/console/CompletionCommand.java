package dev.residua.cli.console;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Prints what makes a shell complete commands and options. */
@Command(
    name = "completion",
    description = {
      "Prints a script that makes bash or zsh complete commands and options:",
      "source <(./residua completion)"
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class CompletionCommand implements Runnable {
  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    CommandLine root = spec.parent().commandLine();
    spec.commandLine().getOut().println(AutoComplete.bash(root.getCommandName(), root));
  }
}
