package dev.residua.cli.ops;

import dev.residua.incident.ControlCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code announce}: announces an expected intervention. */
@Command(
    name = "announce",
    description = {
      "Announces that a mechanism will be changed in a period.",
      "A change that is localised at this latent opens no incident; any other change does."
    })
public final class AnnounceCommand extends SourcesCommandBase {
  @Mixin PeriodOptions period = new PeriodOptions();

  @Option(names = "--latent", paramLabel = "NAME", description = "Latent that will be changed.")
  @Nullable String latent;

  AnnounceCommand() {
    super(ControlCommand.Kind.ANNOUNCEMENT);
  }

  @Override
  Map<String, @Nullable Object> others() {
    Map<String, @Nullable Object> fields = period.fields();
    fields.put("latent", latent);
    return fields;
  }
}
