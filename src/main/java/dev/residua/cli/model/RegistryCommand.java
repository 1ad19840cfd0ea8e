package dev.residua.cli.model;

import dev.residua.app.model.ModelCleanUp;
import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.registry.ModelAdmin.Removal;
import picocli.CommandLine.Mixin;

/** A command of {@code model} that works on the registry in Kafka. */
abstract class RegistryCommand extends JsonCommand {
  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

  /** Prints what was removed. */
  final void removed(Removal removal) {
    print(
        Json.map(
            "models",
            removal.models(),
            "activations",
            removal.activations(),
            "sentences",
            ModelCleanUp.sentences(removal)),
        () -> {
          ModelCleanUp.sentences(removal).forEach(out()::println);
          if (removal.models().isEmpty() && removal.activations().isEmpty()) {
            print("nothing to remove");
          }
        });
  }
}
