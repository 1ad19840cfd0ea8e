package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code model label}: labels a model in the registry. */
@Command(
    name = "label",
    description =
        "Sets labels of a model, or removes them (KEY=). Clean-up never removes a model with a label.")
final class ModelLabelCommand extends RegistryCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "The model.")
  String model;

  @Parameters(index = "1", arity = "1..*", paramLabel = "KEY=VALUE", description = "Labels.")
  Map<String, String> labels;

  @Override
  public Integer call() {
    labels.forEach(
        (name, value) ->
            registry.change(admin -> admin.label(model, name, value.isEmpty() ? null : value)));
    print(Json.map("model", model, "labels", labels), () -> {});
    return 0;
  }
}
