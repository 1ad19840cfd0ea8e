package dev.residua.cli.ops;

import dev.residua.cli.console.BreakGlassOptions;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.incident.ControlCommand;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code resolve}: closes an incident. */
@Command(
    name = "resolve",
    description = {
      "Closes an incident that someone has dealt with. Its alarm opens no other until it has ended."
    })
public final class ResolveCommand extends IncidentCommandBase {
  @Mixin BreakGlassOptions direct = new BreakGlassOptions();

  ResolveCommand() {
    super(ControlCommand.Kind.RESOLVE);
  }

  @Override
  Optional<KafkaOptions> breakGlass() {
    return direct.kafka();
  }
}
