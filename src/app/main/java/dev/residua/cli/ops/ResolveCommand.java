package dev.residua.cli.ops;

import dev.residua.incident.ControlCommand;
import picocli.CommandLine.Command;

/** {@code resolve}: closes an incident. */
@Command(
    name = "resolve",
    description = {
      "Closes an incident that someone has dealt with. Its alarm opens no other until it has ended."
    })
public final class ResolveCommand extends IncidentCommandBase {
  ResolveCommand() {
    super(ControlCommand.Kind.RESOLVE);
  }
}
