package dev.residua.cli.ops;

import dev.residua.cli.console.BreakGlassOptions;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.incident.ControlCommand;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code silence}: opens no incidents in a period. */
@Command(
    name = "silence",
    description = {
      "Opens no incidents of these sources in a period, for maintenance.",
      "A problem that lasts beyond the end of the period opens an incident then. Events are still"
          + " published."
    })
public final class SilenceCommand extends SourcesCommandBase {
  @Mixin PeriodOptions period = new PeriodOptions();

  @Mixin BreakGlassOptions direct = new BreakGlassOptions();

  SilenceCommand() {
    super(ControlCommand.Kind.MAINTENANCE);
  }

  @Override
  Map<String, @Nullable Object> others() {
    return period.fields();
  }

  @Override
  Optional<KafkaOptions> breakGlass() {
    return direct.kafka();
  }
}
