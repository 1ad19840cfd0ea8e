package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Entry;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code model label}: labels a model in the registry. */
@Command(
    name = "label",
    description =
        "Sets labels of a model, or removes them (KEY=). Clean-up never removes a model with a label.")
final class ModelLabelCommand extends RegistryChangeCommand {
  @Parameters(index = "0", paramLabel = "ID", description = "The model.")
  String model;

  @Parameters(index = "1", arity = "1..*", paramLabel = "KEY=VALUE", description = "Labels.")
  Map<String, String> labels;

  @Override
  public Integer call() {
    labels.forEach(
        (name, value) -> {
          ModelRegistry changed =
              registry.change(admin -> admin.label(model, name, value.isEmpty() ? null : value));
          String scene = changed.entry(model).map(Entry::scene).orElse("");
          record("label-model", model, scene, name + "=" + value);
        });
    print(Json.map("model", model, "labels", labels), () -> {});
    return 0;
  }
}
