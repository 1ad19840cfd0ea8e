package dev.residua.cli.model;

import dev.residua.cli.console.Json;
import dev.residua.cli.console.JsonCommand;
import dev.residua.cli.console.KafkaOptions;
import dev.residua.cli.console.ModelOption;
import dev.residua.model.BadBundleException;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelProvenance;
import dev.residua.runtime.BundleOpener;
import dev.residua.runtime.ScoringModel;
import dev.residua.training.FactorReading;
import dev.residua.training.ModelReadings;
import dev.residua.training.ModelVerdicts;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code model}: shows, calibrates and signs model bundles, and manages their registry. */
@Command(
    name = "model",
    description = "Shows, calibrates and signs model bundles, and manages the registry of models.",
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
      ModelPushCommand.class,
      ModelPullCommand.class,
      ModelCalibrateCommand.class,
      ModelGraphCommand.class,
      ModelWhatIfCommand.class,
      ModelKeygenCommand.class,
      ModelSignCommand.class,
      ModelVerifyCommand.class
    })
public final class ModelCommand {
  @Command(
      name = "show",
      description =
          "Checks a bundle (digests, shapes, numerical self-test) and prints its contents and origin.")
  static final class Show extends JsonCommand {
    @Parameters(
        arity = "0..1",
        paramLabel = "FILE|ID|demo",
        description =
            "Model: a bundle, the id of one in the registry, or demo for the one of the demo (default: the"
                + " active model of --scene).")
    @Nullable String model;

    @Mixin SceneOption scene = new SceneOption();
    @Mixin KafkaOptions kafka = new KafkaOptions();

    @Override
    public Integer call() throws BadBundleException {
      ModelBundle bundle = ModelOption.find(model, kafka, () -> scene.scene);
      try (ScoringModel scoring = BundleOpener.scoring(bundle, 1)) {
        Map<String, Object> result = Json.map("digest", bundle.digest());
        bundle.signature().ifPresent(signature -> result.put("signedBy", signature.keyId()));
        result.put("selfTest", "passed");
        result.put("verdicts", ModelVerdicts.of(bundle));
        List<FactorReading> readings = ModelReadings.of(bundle.manifest());
        result.put("readings", readings.stream().map(FactorReading::figures).toList());
        result.put("findings", ModelFinding.sentences(bundle.findings()));
        result.put("manifest", bundle.manifest());
        result.put("edges", GraphFile.edges(bundle.graph()));
        result.put("overTime", bundle.dynamicSentences());
        String text = asText(bundle, scoring).stripTrailing();
        print(
            result,
            () -> {
              out().println(VerdictText.of(ModelVerdicts.of(bundle)));
              if (!readings.isEmpty()) {
                out().println(VerdictText.readings(readings));
              }
              out().println(text);
            });
      }
      return 0;
    }

    private static String asText(ModelBundle bundle, ScoringModel model) throws BadBundleException {
      List<String> overTime = bundle.dynamicSentences();
      BundleManifest manifest = bundle.manifest();
      ModelProvenance provenance = manifest.provenance();
      String metrics =
          provenance.metrics().entrySet().stream()
              .map(m -> "  %-34s %.5g".formatted(m.getKey(), m.getValue()))
              .collect(Collectors.joining("\n"));
      boolean given = provenance.hyperParameters().getOrDefault("graph", "").startsWith("given");
      String edges =
          bundle.graph().edgeList().stream()
              .map(
                  e ->
                      "  %s -> %s  (%s)"
                          .formatted(
                              bundle.graph().name(e.from()),
                              bundle.graph().name(e.to()),
                              given
                                  ? "given"
                                  : !overTime.isEmpty()
                                      ? "from held-out innovations"
                                      : "%.0f %% of half-samples".formatted(100 * e.confidence())))
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
              manifest.latents().stream()
                      .map(
                          latent ->
                              latent.categorical()
                                  ? "%s (%s)"
                                      .formatted(latent.name(), String.join(", ", latent.values()))
                                  : latent.name())
                      .collect(Collectors.joining(", "))
                  + (manifest.variables().isEmpty()
                      ? ""
                      : "\nvariables    " + String.join(", ", manifest.observed().names())),
              (edges.isEmpty() ? "  no edges" : edges)
                  + (overTime.isEmpty() ? "" : "\nover time\n  " + String.join("\n  ", overTime)),
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
