package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.SceneModels;
import dev.residua.registry.RegistryFollower;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code model list}: models in the registry. */
@Command(name = "list", description = "Lists the models in the registry and marks the active one.")
final class ModelListCommand extends JsonCommand {
  @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

  @Option(names = "--scene", paramLabel = "SCENE", description = "Only this scene (default: all).")
  @Nullable String scene;

  @Override
  public Integer call() {
    ModelRegistry known = registry.use(RegistryFollower::registry);
    List<String> scenes = known.scenes().stream().filter(this::shown).toList();
    List<Entry> entries = known.entries().stream().filter(e -> shown(e.scene())).toList();
    List<Activation> activations =
        known.activations().stream().filter(a -> shown(a.scene())).toList();
    print(
        Json.map(
            "scenes", scenes.stream().map(name -> row(name, known.scene(name))).toList(),
            "models", entries,
            "activations", activations.stream().map(a -> row(known, a)).toList()),
        () -> {
          printModels(known, entries);
          activations.forEach(activation -> print(known, activation));
          scenes.forEach(name -> known.scene(name).shadow().ifPresent(this::print));
        });
    return 0;
  }

  private boolean shown(String name) {
    return scene == null || scene.equals(name);
  }

  private static Map<String, Object> row(String name, SceneModels models) {
    return Json.map(
        "scene", name,
        "active", models.active().map(Activation::modelId).orElse(null),
        "shadow", models.shadow().orElse(null));
  }

  private static Map<String, Object> row(ModelRegistry known, Activation activation) {
    return Json.map(
        "number", activation.number(),
        "scene", activation.scene(),
        "modelId", activation.modelId(),
        "digest", activation.digest(),
        "kind", activation.kind(),
        "at", activation.at().toString(),
        "by", activation.by(),
        "reason", activation.reason(),
        "starts", known.starts(activation.number()));
  }

  private void printModels(ModelRegistry known, List<Entry> entries) {
    if (entries.isEmpty()) {
      print(
          "the registry has no models yet: start residua serve, which adds the first one, or run residua model promote FILE --reason TEXT");
    }
    Set<String> active = new HashSet<>();
    known.active().forEach(activation -> active.add(activation.modelId()));
    for (Entry entry : entries) {
      print(
          "%s %-40s %-12s %s  %6.1f MB  by %s%s%s%s%s",
          active.contains(entry.id()) ? "*" : " ",
          entry.id(),
          entry.scene(),
          entry.publishedAt(),
          entry.bytes() / 1e6,
          entry.publishedBy(),
          entry.parentId() == null ? "" : ", from " + entry.parentId(),
          entry.labels().isEmpty() ? "" : ", " + entry.labels(),
          entry.verdict() == null ? "" : ", " + entry.verdict(),
          acceptance(entry));
    }
  }

  private static String acceptance(Entry entry) {
    return entry.findings().isEmpty()
        ? ""
        : ", %s: %s"
            .formatted(
                entry.acceptedBy() == null ? "not accepted" : "accepted by " + entry.acceptedBy(),
                String.join("; ", entry.findings()));
  }

  private void print(ModelRegistry known, Activation activation) {
    print(
        "%s %d in scene %s: %s by %s, %s%s",
        activation.kind().name().toLowerCase(Locale.ROOT),
        activation.number(),
        activation.scene(),
        activation.modelId(),
        activation.by(),
        activation.reason(),
        starts(known, activation));
  }

  private void print(Shadow shadow) {
    print(
        "shadow in scene %s: %s scores %.3g of the frames from %s to %s",
        shadow.scene(), shadow.modelId(), shadow.rate(), shadow.from(), shadow.until());
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
