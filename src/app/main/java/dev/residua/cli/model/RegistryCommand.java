package dev.residua.cli.model;

import dev.residua.cli.console.JsonCommand;
import picocli.CommandLine.Mixin;

/** A command of {@code model} that works on the registry in Kafka. */
abstract class RegistryCommand extends JsonCommand {
  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();
}
