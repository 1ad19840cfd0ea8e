package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import picocli.CommandLine.Command;

/** {@code accept-normal}: accepts the present state as normal. */
@Command(
    name = "accept-normal",
    description = {
      "Accepts the mean residuals of the last 128 frames as normal for these sources.",
      "Their detectors restart and open incidents are resolved. The command stays on the topic."
    })
public final class AcceptNormalCommand extends ControlCommandBase {
  AcceptNormalCommand() {
    super(ControlRequest.Kind.ACCEPT_NORMAL);
  }
}
