package dev.residua.cli.ops;

import dev.residua.cli.console.Json;
import dev.residua.incident.ControlCommand;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code suppress}: accepts small known shifts. */
@Command(
    name = "suppress",
    description = {
      "Opens no incident for shifts of a residual's mean up to a margin. Their events are still"
          + " published."
    })
public final class SuppressCommand extends SourcesCommandBase {
  @Option(names = "--latent", paramLabel = "NAME", description = "Latent that may shift.")
  @Nullable String latent;

  @Option(
      names = "--margin",
      paramLabel = "SD",
      description = "Largest accepted shift, in standard deviations of the residual.")
  @Nullable Double margin;

  SuppressCommand() {
    super(ControlCommand.Kind.SUPPRESSION);
  }

  @Override
  Map<String, @Nullable Object> others() {
    return Json.map("latent", latent, "margin", margin);
  }
}
