package dev.residua.cli.ops;

import dev.residua.incident.ControlCommand;
import picocli.CommandLine.Command;

/** {@code accept-normal}: accepts the present state as normal. */
@Command(
    name = "accept-normal",
    description = {
      "Accepts the mean of the frames since the change as normal for these sources.",
      "Detectors restart around it. Incidents that this makes normal are closed; the others stay open"
          + " and note why. The command stays on the topic."
    })
public final class AcceptNormalCommand extends SourcesCommandBase {
  AcceptNormalCommand() {
    super(ControlCommand.Kind.ACCEPT_NORMAL);
  }
}
