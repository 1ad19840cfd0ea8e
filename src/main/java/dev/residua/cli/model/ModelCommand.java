package dev.residua.cli.model;

import dev.residua.app.model.Models;
import dev.residua.cli.console.Json;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.scoring.ScoringModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code model}: looks at model bundles, calibrates and signs them, and keeps their registry. */
@Command(
    name = "model",
    description = "Looks at model bundles, calibrates and signs them, and keeps their registry.",
    mixinStandardHelpOptions = true,
    subcommands = {
      ModelListCommand.class,
      ModelCommand.Show.class,
      ModelDiffCommand.class,
      ModelPublishCommand.class,
      ModelPromoteCommand.class,
      ModelRollbackCommand.class,
      ModelLabelCommand.class,
      ModelShadowCommand.class,
      ModelRemoveCommand.class,
      ModelCleanCommand.class,
      ModelExportCommand.class,
      ModelCalibrateCommand.class,
      ModelKeygenCommand.class,
      ModelSignCommand.class,
      ModelVerifyCommand.class
    })
public final class ModelCommand {
  @Command(
      name = "show",
      description =
          "Checks a bundle (digests, shapes, numerical self-test) and prints what it is and where it comes from.",
      mixinStandardHelpOptions = true,
      showDefaultValues = true)
  static final class Show implements Callable<Integer> {
    @Parameters(
        arity = "0..1",
        paramLabel = "FILE|ID",
        description =
            "Model bundle, or id of a model of the registry (default: the bundle that ships with the"
                + " product).")
    @Nullable String model;

    @Mixin ModelRegistryOptions registry = new ModelRegistryOptions();

    @Option(names = "--json", description = "Print the result as JSON.")
    boolean json;

    @Override
    public Integer call() throws BadBundleException {
      ModelBundle bundle = model == null ? Models.read(Optional.empty()) : registry.bundle(model);
      try (ScoringModel scoring = Models.scoring(bundle, 1)) {
        System.out.print(json ? Json.of(asMap(bundle)) + "\n" : asText(bundle, scoring));
      }
      return 0;
    }

    private static Map<String, Object> asMap(ModelBundle bundle) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("digest", bundle.digest());
      bundle.signature().ifPresent(signature -> map.put("signedBy", signature.keyId()));
      map.put("selfTest", "passed");
      map.put("manifest", bundle.manifest());
      map.put("edges", edges(bundle));
      return map;
    }

    private static List<Map<String, Object>> edges(ModelBundle bundle) {
      return bundle.graph().edgeList().stream()
          .map(
              edge ->
                  Map.<String, Object>of(
                      "from", bundle.graph().name(edge.from()),
                      "to", bundle.graph().name(edge.to()),
                      "confidence", edge.confidence()))
          .toList();
    }

    private static String asText(ModelBundle bundle, ScoringModel model) {
      BundleManifest manifest = bundle.manifest();
      ModelProvenance provenance = manifest.provenance();
      String metrics =
          provenance.metrics().entrySet().stream()
              .map(m -> "  %-34s %.5g".formatted(m.getKey(), m.getValue()))
              .collect(Collectors.joining("\n"));
      String edges =
          bundle.graph().edgeList().stream()
              .map(
                  e ->
                      "  %s -> %s  (%.0f %% of half-samples)"
                          .formatted(
                              bundle.graph().name(e.from()),
                              bundle.graph().name(e.to()),
                              100 * e.confidence()))
              .collect(Collectors.joining("\n"));
      return """
          model        %s  (%s)
          digest       %s
          signature    %s
          image        %s, %s
          latents      %s
          graph
          %s
          data         %s, %s, %d labelled frames
          data SHA-256 %s
          seed         %d, trained %s to %s
          code         %s on %s
          calibration  %d frames, smallest p-value %.2g
          self-test    passed: digests, shapes and numbers agree
          figures
          %s
          """
          .formatted(
              manifest.id(),
              manifest.architecture(),
              bundle.digest(),
              bundle.signature().map(s -> "by key " + s.keyId() + ", not checked").orElse("none"),
              manifest.image(),
              manifest.preprocessing(),
              String.join(", ", manifest.latentNames()),
              edges.isEmpty() ? "  no edges" : edges,
              provenance.data(),
              provenance.dataRange(),
              provenance.labelledFrames(),
              provenance.dataSha256(),
              provenance.seed(),
              provenance.startedAt(),
              provenance.finishedAt(),
              provenance.codeVersion(),
              provenance.jvm(),
              model.calibration().size(),
              model.calibration().resolution(),
              metrics);
    }
  }
}
