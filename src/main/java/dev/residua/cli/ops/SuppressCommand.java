package dev.residua.cli.ops;

import dev.residua.incident.ControlRequest;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code suppress}: shifts that are known and small. */
@Command(
    name = "suppress",
    description = {
      "Lets shifts of a residual's mean pass, up to a margin: no incident, the event stays."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class SuppressCommand extends ControlCommandBase {
  @Option(names = "--latent", paramLabel = "NAME", description = "Latent that may shift.")
  @Nullable String latent;

  @Option(
      names = "--margin",
      paramLabel = "SD",
      description = "Largest shift, in standard deviations of its residual.")
  @Nullable Double margin;

  @Override
  ControlRequest.Kind kind() {
    return ControlRequest.Kind.SUPPRESS;
  }

  @Override
  Map<String, @Nullable Object> options() {
    Map<String, @Nullable Object> options = of("latent", latent);
    options.put("margin", margin);
    return options;
  }
}
