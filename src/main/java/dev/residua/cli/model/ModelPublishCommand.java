package dev.residua.cli.model;

import dev.residua.model.ModelBundle;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code model publish}: puts a bundle into the registry. */
@Command(
    name = "publish",
    description = "Checks a bundle and puts it into the registry, without using it.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelPublishCommand extends RegistryChangeCommand {
  @Parameters(paramLabel = "FILE", description = "Model bundle.")
  Path file;

  @Mixin ModelStoreOption store = new ModelStoreOption();

  @Override
  public Integer call() {
    ModelBundle bundle = checked(registry.bundle(file.toString()));
    registry.publish(bundle, store.store, ModelRegistryOptions.author(by, "published"));
    out().printf("published %s%n", bundle.id());
    return 0;
  }
}
