package dev.residua.cli.model;

import dev.residua.app.model.ModelCleanUp;
import dev.residua.cli.console.ConsoleCommand;
import dev.residua.registry.ModelAdmin.Removal;
import picocli.CommandLine.Mixin;

/** A command of {@code model} that works on the registry in Kafka. */
abstract class RegistryCommand extends ConsoleCommand {
  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

  void print(Removal removal) {
    ModelCleanUp.sentences(removal).forEach(out()::println);
  }
}
