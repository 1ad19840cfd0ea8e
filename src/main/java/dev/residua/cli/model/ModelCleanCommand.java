package dev.residua.cli.model;

import dev.residua.app.model.BundleStores;
import dev.residua.app.model.ModelCleanUp;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.console.Failures;
import dev.residua.registry.ModelAdmin.Removal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model clean}: removes models that nothing needs. */
@Command(
    name = "clean",
    description = {
      "Removes models that no stored frame needs: those that are in no activation which is needed,"
          + " carry no label, do not shadow and are not among the newest.",
      "Activations that hold for no stored frame go too."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelCleanCommand extends RegistryCommand {
  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "${env:RESIDUA_MODELS_KEEP:-10}",
      description = "Newest models that stay though nothing needs them.")
  int keep;

  @Override
  public Integer call() {
    try (BundleStores places = registry.places.open(BundleStores.KAFKA)) {
      Removal removal =
          registry.change(
              admin ->
                  ModelCleanUp.run(
                      registry.kafka.clients(),
                      registry.kafka.topics(),
                      admin,
                      places::discard,
                      keep));
      print(removal);
      if (removal.models().isEmpty() && removal.activations().isEmpty()) {
        out().println("nothing to remove");
      }
    } catch (IllegalArgumentException e) {
      throw new CommandFailedException(Failures.reason(e), e);
    }
    return 0;
  }
}
