package dev.residua.cli.model;

import dev.residua.cli.console.JsonCommand;
import dev.residua.model.BundleDifference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code model diff}: how two models differ. */
@Command(
    name = "diff",
    description = {
      "Prints how two models differ: graph and confidence of its edges, latents, settings, metrics.",
      "Each argument is a bundle file, or the id of a model in the registry."
    })
final class ModelDiffCommand extends JsonCommand {
  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

  @Parameters(index = "0", paramLabel = "FILE|ID", description = "First model.")
  String one;

  @Parameters(index = "1", paramLabel = "FILE|ID", description = "Second model.")
  String other;

  @Override
  public Integer call() {
    BundleDifference difference =
        BundleDifference.between(registry.bundle(one), registry.bundle(other));
    print(difference, () -> difference.lines().forEach(out()::println));
    return 0;
  }
}
