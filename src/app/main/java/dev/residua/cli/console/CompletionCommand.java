package dev.residua.cli.console;

import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code completion}: prints a script for the completion of commands and options. */
@Command(
    name = "completion",
    description = {
      "Prints a script for bash or zsh that completes commands and options. Load it with",
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
