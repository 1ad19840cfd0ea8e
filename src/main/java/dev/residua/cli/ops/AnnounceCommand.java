package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code announce}: an intervention that is expected. */
@Command(
    name = "announce",
    description = {
      "Announces that a mechanism will be changed in a period.",
      "A change that is localised at this latent opens no incident; another one does."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class AnnounceCommand extends ControlCommandBase {
  @Mixin PeriodOptions period = new PeriodOptions();

  @Option(names = "--latent", paramLabel = "NAME", description = "Latent that will be changed.")
  @Nullable String latent;

  @Override
  ControlRequest.Kind kind() {
    return ControlRequest.Kind.ANNOUNCE;
  }

  @Override
  Map<String, @Nullable Object> options() {
    Map<String, @Nullable Object> options = period.options();
    options.put("latent", latent);
    return options;
  }
}
