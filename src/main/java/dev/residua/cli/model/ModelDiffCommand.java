package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.model.BundleDifference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model diff}: how two models differ. */
@Command(
    name = "diff",
    description = {
      "Prints how two models differ: graph and confidence of its edges, latents, settings, figures.",
      "Each is a bundle file, or the id of a model of the registry."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelDiffCommand extends RegistryCommand {
  @Parameters(index = "0", paramLabel = "FILE|ID", description = "The one.")
  String one;

  @Parameters(index = "1", paramLabel = "FILE|ID", description = "The other.")
  String other;

  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @Override
  public Integer call() {
    BundleDifference difference =
        BundleDifference.between(registry.bundle(one), registry.bundle(other));
    if (json) {
      out().println(Json.of(difference));
    } else {
      difference.lines().forEach(out()::println);
    }
    return 0;
  }
}
