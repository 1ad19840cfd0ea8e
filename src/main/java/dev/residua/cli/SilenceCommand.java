package dev.residua.cli;

import dev.residua.incident.ControlCommand;
import dev.residua.incident.ControlCommand.Order;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code silence}: no incidents in a period, for maintenance. */
@Command(
    name = "silence",
    description = {
      "Opens no incident of these sources in a period: maintenance.",
      "What is still wrong when the period ends opens one then. Events go on."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class SilenceCommand extends OrderCommand {
  @Mixin PeriodOptions period = new PeriodOptions();

  @Override
  ControlCommand command(Order order) {
    return new ControlCommand.Maintenance(order, period.period());
  }
}
