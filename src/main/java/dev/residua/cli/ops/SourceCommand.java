package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import picocli.CommandLine.Command;

/** {@code source}: the settings of sources, and sources that are gone. */
@Command(
    name = "source",
    description = "Shows and changes the settings of sources, and retires sources that are gone.",
    mixinStandardHelpOptions = true,
    subcommands = {
      SourceRulesCommand.ListCommand.class,
      SourceRulesCommand.ShowCommand.class,
      SourceRulesCommand.SetCommand.class,
      SourceRulesCommand.RemoveCommand.class,
      SourceRulesCommand.ApplyCommand.class,
      SourceCommand.RetireCommand.class
    })
public final class SourceCommand {
  /** {@code source retire}: closes the incidents of sources that are gone. */
  @Command(
      name = "retire",
      description = {
        "Closes all incidents of these sources and stops to report that they are silent.",
        "A source that sends again is watched again."
      })
  static final class RetireCommand extends ControlCommandBase {
    RetireCommand() {
      super(ControlRequest.Kind.RETIRE);
    }
  }
}
