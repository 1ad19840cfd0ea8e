package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.registry.RegistryFollower;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code model list}: models of the registry. */
@Command(
    name = "list",
    description = "Lists the models of the registry, and which one is in use.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class ModelListCommand extends RegistryCommand {
  @Option(names = "--json", description = "Print the result as JSON.")
  boolean json;

  @Override
  public Integer call() {
    ModelRegistry known = registry.use(RegistryFollower::registry);
    if (json) {
      out().println(Json.of(asMap(known)));
      return 0;
    }
    String active = known.active().map(Activation::modelId).orElse("");
    if (known.entries().isEmpty()) {
      out()
          .println(
              "the registry has no models yet: residua serve puts the first one in, or residua model promote FILE");
    }
    for (Entry entry : known.entries()) {
      out()
          .printf(
              "%s %-40s %s  %6.1f MB  by %s%s%s%s%n",
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
      out()
          .printf(
              "%s %d: %s by %s, %s%s%n",
              activation.kind().name().toLowerCase(java.util.Locale.ROOT),
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
                out()
                    .printf(
                        "shadow: %s scores %.3g of the frames next to it from %s to %s%n",
                        s.modelId(), s.rate(), s.from(), s.until()));
    return 0;
  }

  private static String starts(ModelRegistry known, Activation activation) {
    if (activation.kind() == Activation.Kind.INITIAL) {
      return ", from the first frame on";
    }
    Map<Integer, Long> starts = known.starts(activation.number());
    return starts.isEmpty()
        ? ", begun on no partition yet"
        : starts.entrySet().stream()
            .map(s -> "%d@%d".formatted(s.getKey(), s.getValue()))
            .collect(Collectors.joining(" ", ", from partition@offset ", ""));
  }

  private static Map<String, Object> asMap(ModelRegistry known) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("active", known.active().map(Activation::modelId).orElse(null));
    result.put("models", known.entries());
    result.put(
        "activations",
        known.activations().stream()
            .map(
                a -> {
                  Map<String, Object> one = new LinkedHashMap<>();
                  one.put("number", a.number());
                  one.put("modelId", a.modelId());
                  one.put("digest", a.digest());
                  one.put("kind", a.kind());
                  one.put("at", a.at().toString());
                  one.put("by", a.by());
                  one.put("reason", a.reason());
                  one.put("starts", known.starts(a.number()));
                  return one;
                })
            .toList());
    result.put("shadow", known.shadow().orElse(null));
    return result;
  }
}
