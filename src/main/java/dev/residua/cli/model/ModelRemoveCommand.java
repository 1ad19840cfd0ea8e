package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code model remove}: removes a model from the registry. */
@Command(
    name = "remove",
    description = "Removes a model that no stored frame needs from the registry.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelRemoveCommand extends RegistryCommand {
  @Parameters(paramLabel = "ID", description = "The model.")
  String model;

  @Override
  public Integer call() {
    try (BundleStores places = registry.places.open(BundleStores.KAFKA)) {
      print(registry.change(admin -> admin.remove(model, places::discard)));
    }
    return 0;
  }
}
