package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.registry.RegistryFollower;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code model list}: models in the registry. */
@Command(name = "list", description = "Lists the models in the registry and marks the active one.")
final class ModelListCommand extends JsonCommand {
  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

  @Override
  public Integer call() {
    ModelRegistry known = registry.use(RegistryFollower::registry);
    String active = known.active().map(Activation::modelId).orElse(null);
    print(
        Json.map(
            "active", active,
            "models", known.entries(),
            "activations", known.activations().stream().map(a -> row(known, a)).toList(),
            "shadow", known.shadow().orElse(null)),
        () -> printText(known, active));
    return 0;
  }

  private static Map<String, Object> row(ModelRegistry known, Activation activation) {
    return Json.map(
        "number", activation.number(),
        "modelId", activation.modelId(),
        "digest", activation.digest(),
        "kind", activation.kind(),
        "at", activation.at().toString(),
        "by", activation.by(),
        "reason", activation.reason(),
        "starts", known.starts(activation.number()));
  }

  private void printText(ModelRegistry known, @Nullable String active) {
    if (known.entries().isEmpty()) {
      print(
          "the registry has no models yet: start residua serve, which adds the first one, or run residua model promote FILE");
    }
    for (Entry entry : known.entries()) {
      print(
          "%s %-40s %s  %6.1f MB  by %s%s%s%s",
          entry.id().equals(active) ? "*" : " ",
          entry.id(),
          entry.publishedAt(),
          entry.bytes() / 1e6,
          entry.publishedBy(),
          entry.parentId() == null ? "" : ", from " + entry.parentId(),
          entry.labels().isEmpty() ? "" : ", " + entry.labels(),
          entry.verdict() == null ? "" : ", " + entry.verdict());
    }
    for (Activation activation : known.activations()) {
      print(
          "%s %d: %s by %s, %s%s",
          activation.kind().name().toLowerCase(Locale.ROOT),
          activation.number(),
          activation.modelId(),
          activation.by(),
          activation.reason(),
          starts(known, activation));
    }
    known
        .shadow()
        .ifPresent(
            s ->
                print(
                    "shadow: %s scores %.3g of the frames from %s to %s",
                    s.modelId(), s.rate(), s.from(), s.until()));
  }

  private static String starts(ModelRegistry known, Activation activation) {
    if (activation.kind() == Activation.Kind.INITIAL) {
      return ", from the first frame on";
    }
    Map<Integer, Long> starts = known.starts(activation.number());
    return starts.isEmpty()
        ? ", not used on any partition yet"
        : starts.entrySet().stream()
            .map(s -> "%d@%d".formatted(s.getKey(), s.getValue()))
            .collect(Collectors.joining(" ", ", from partition@offset ", ""));
  }
}
