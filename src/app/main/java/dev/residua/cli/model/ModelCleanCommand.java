package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import dev.residua.app.model.ModelCleanUp;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.registry.ModelAdmin.Removal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model clean}: removes models that no stored frame needs. */
@Command(
    name = "clean",
    description = {
      "Removes models that no stored frame needs. Labelled models, the shadow model, the newest"
          + " models and models of a needed activation stay.",
      "Also removes activations that apply to no stored frame."
    })
final class ModelCleanCommand extends RegistryChangeCommand {
  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "${env:RESIDUA_MODELS_KEEP:-10}",
      description = "Number of newest models that stay although no frame needs them.")
  int keep;

  @Override
  public Integer call() {
    try (BundleStores stores = registry.stores(BundleStores.KAFKA)) {
      KafkaOptions kafka = registry.kafka;
      Removal removal =
          registry.change(
              admin ->
                  ModelCleanUp.run(kafka.clients(), kafka.topics(), admin, stores::discard, keep));
      removed(removal, "no stored frame needs it");
    }
    return 0;
  }
}
