package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import picocli.CommandLine.Command;

/** {@code accept-normal}: the present is normal from now on. */
@Command(
    name = "accept-normal",
    description = {
      "Takes the mean residuals of the last 128 frames as normal for these sources.",
      "Their detectors restart and an open incident is resolved. The order stays on the topic."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class AcceptNormalCommand extends ControlCommandBase {
  @Override
  ControlRequest.Kind kind() {
    return ControlRequest.Kind.ACCEPT_NORMAL;
  }
}
