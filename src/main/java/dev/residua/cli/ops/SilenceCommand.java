package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
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
public final class SilenceCommand extends ControlCommandBase {
  @Mixin PeriodOptions period = new PeriodOptions();

  @Override
  ControlRequest.Kind kind() {
    return ControlRequest.Kind.SILENCE;
  }

  @Override
  Map<String, @Nullable Object> options() {
    return period.options();
  }
}
