package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code model remove}: removes a model from the registry. */
@Command(
    name = "remove",
    description = "Removes a model that no stored frame needs from the registry.")
final class ModelRemoveCommand extends RegistryChangeCommand {
  @Parameters(paramLabel = "ID", description = "The model.")
  String model;

  @Override
  public Integer call() {
    try (BundleStores stores = registry.stores(BundleStores.KAFKA)) {
      removed(registry.change(admin -> admin.remove(model, stores::discard)), "");
    }
    return 0;
  }
}
