package dev.residua.cli.ops;

import dev.residua.incident.ControlCommand;
import picocli.CommandLine.Command;

/** {@code note}: writes a remark on an incident. */
@Command(
    name = "note",
    description = "Writes a remark on an incident: the --reason. It shows on the incident's page.")
public final class NoteCommand extends IncidentCommandBase {
  NoteCommand() {
    super(ControlCommand.Kind.NOTE);
  }
}
