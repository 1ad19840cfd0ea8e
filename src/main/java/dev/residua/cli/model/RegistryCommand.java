package dev.residua.cli.model;

import dev.residua.app.model.ModelCleanUp;
import dev.residua.registry.ModelAdmin.Removal;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;

/** A command of {@code model} that works on the registry in Kafka. */
abstract class RegistryCommand implements Callable<Integer> {
  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

  @CommandLine.Spec CommandLine.Model.CommandSpec spec;

  PrintWriter out() {
    return spec.commandLine().getOut();
  }

  void print(Removal removal) {
    ModelCleanUp.sentences(removal).forEach(out()::println);
  }
}
