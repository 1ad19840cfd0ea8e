package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import picocli.CommandLine.Command;

/** {@code source}: commands about sources of frames. */
@Command(
    name = "source",
    description = "Manages sources of frames.",
    mixinStandardHelpOptions = true,
    subcommands = SourceCommand.RetireCommand.class)
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
