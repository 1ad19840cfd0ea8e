package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.causal.Variables;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Assembles the manifest of a trained model, with the provenance of its training. */
final class BundleAssembly {
  private final TrainingInput input;
  private final Trainer trainer;
  private final @Nullable ModelBundle parent;
  private final String codeVersion;
  private final Instant started;
  private int steps;
  private @Nullable Boolean stable;

  /**
   * @param parent model whose weights the training started from; null for none
   * @param codeVersion version of this product
   * @param started when the training started
   */
  BundleAssembly(
      TrainingInput input,
      Trainer trainer,
      @Nullable ModelBundle parent,
      String codeVersion,
      Instant started) {
    this.input = input;
    this.trainer = trainer;
    this.parent = parent;
    this.codeVersion = codeVersion;
    this.started = started;
    this.steps = input.settings.steps();
  }

  /** Sets the steps of a training that ends when it is stable. */
  BundleAssembly withSteps(int taken, boolean wasStable) {
    steps = taken;
    stable = wasStable;
    return this;
  }

  boolean parentHasDetails() {
    return parent != null && parent.find(ModelBundle.DETAIL_MODEL).isPresent();
  }

  BundleManifest manifest(
      TrainedNetwork network,
      LatentLinearization linearization,
      List<Latent> latents,
      Variables variables,
      @Nullable LatentHead head,
      Map<String, Double> metrics,
      Instant finished) {
    Map<String, String> hyper = new LinkedHashMap<>();
    hyper.put("latents", Integer.toString(input.latents.size()));
    hyper.put(ModelProvenance.STEPS, Integer.toString(steps));
    if (stable != null) {
      hyper.put(ModelProvenance.STABLE, stable.toString());
    }
    if (input.settings.stopAt() < input.settings.steps()) {
      hyper.put("stopAt", Integer.toString(input.settings.stopAt()));
    }
    hyper.put("batch", Integer.toString(input.settings.batch()));
    hyper.put(
        "labelledBatch",
        Integer.toString(input.labelled.length == 0 ? 0 : input.settings.labelledBatch()));
    hyper.put("learningRate", Double.toString(input.settings.learningRate()));
    hyper.put("labelWeight", Double.toString(input.settings.labelWeight()));
    int pairs = input.teaching.pairs().size();
    int answers = input.teaching.answers().size();
    hyper.put("heldPairs", Integer.toString(pairs));
    hyper.put("heldBatch", Integer.toString(pairs == 0 ? 0 : input.settings.heldBatch()));
    hyper.put("heldWeight", Double.toString(input.settings.heldWeight()));
    hyper.put("variation", Double.toString(input.settings.variation()));
    hyper.put("shift", Integer.toString(input.settings.shift()));
    hyper.put("swapWeight", Double.toString(input.settings.swapWeight()));
    hyper.put("answers", Integer.toString(answers));
    hyper.put("orderBatch", Integer.toString(answers == 0 ? 0 : input.settings.orderBatch()));
    hyper.put("orderWeight", Double.toString(input.settings.orderWeight()));
    hyper.put(
        "brokenFrames",
        Long.toString(
            IntStream.range(0, input.trained)
                .filter(i -> input.data.broken(i).length > 0)
                .count()));
    for (LancaOption option : LancaOption.values()) {
      hyper.put("lanca." + option.key(), option.of(input.settings.lanca()));
    }
    hyper.put(
        "machine",
        "%d processors, %s"
            .formatted(Runtime.getRuntime().availableProcessors(), System.getProperty("os.arch")));
    hyper.put(ModelProvenance.TRAIN_SHARE, Double.toString(input.settings.trainShare()));
    hyper.put("threads", Integer.toString(input.settings.threads()));
    hyper.put(
        "graph",
        input.known.complete()
            ? "given"
            : input.known.empty() ? "searched" : "searched under constraints");
    hyper.put(
        ModelProvenance.CORRECTED_LATENTS,
        head == null
            ? "none"
            : input.latents.stream()
                .filter(latent -> head.corrects(latent.index()))
                .map(Latent::name)
                .collect(Collectors.joining(", ")));
    if (!linearization.isNone()) {
      hyper.put(
          "linearizedLatents",
          input.latents.stream()
              .filter(latent -> linearization.map(latent.index()).isPresent())
              .map(Latent::name)
              .collect(Collectors.joining(", ")));
    }
    if (!variables.isEmpty()) {
      hyper.put("variables", String.join(", ", variables.names()));
    }
    // With held pairs or answers and no labels the causal terms take no part.
    boolean learns =
        input.settings.lanca().causalTerms()
            && (input.labelled.length > 0 || input.teaching.isEmpty())
            && input.latents.stream().noneMatch(Latent::categorical);
    hyper.put(
        ModelProvenance.LEARNT_GRAPH,
        learns
            ? CausalGraph.of(
                    input.latents.stream().map(Latent::name).toList(),
                    GraphLearner.edges(network.learntEdges()))
                .toString()
            : TrainingPipeline.NOT_LEARNT);
    ModelProvenance provenance =
        new ModelProvenance(
            input.data.name(),
            "frames 0..%d, calibration %d..%d%s"
                .formatted(
                    input.trained - 1,
                    input.trained,
                    input.data.size() - 1,
                    input.nominal.length == input.data.size() - input.trained
                        ? ""
                        : " (%d of them usual)".formatted(input.nominal.length)),
            input.data.sha256(),
            input.labelled.length,
            hyper,
            input.settings.seed(),
            codeVersion,
            "%s %s, %s %s"
                .formatted(
                    System.getProperty("java.vm.name"),
                    System.getProperty("java.version"),
                    System.getProperty("os.name"),
                    System.getProperty("os.arch")),
            started.toString(),
            finished.toString(),
            metrics);
    String id =
        "%s-%s-%d"
            .formatted(
                slug(input.data.name()),
                input.data.sha256().substring(0, 8),
                input.settings.seed());
    return new BundleManifest(
        ModelBundle.FORMAT_VERSION,
        id + "-" + Long.toString(finished.getEpochSecond(), 36),
        parent == null ? null : parent.id(),
        trainer.architecture(),
        input.data.shape(),
        trainer.preprocessing(),
        latents,
        variables.list(),
        provenance,
        Map.of());
  }

  static TrainingReport withRuns(TrainingReport report, List<RunSelection.Run> runs) {
    ModelBundle bundle = report.bundle();
    ModelProvenance provenance = bundle.manifest().provenance();
    Map<String, String> hyper = new LinkedHashMap<>(provenance.hyperParameters());
    hyper.put("runs", Integer.toString(runs.size()));
    Map<String, Double> metrics = new LinkedHashMap<>(report.metrics());
    for (RunSelection.Run run : runs) {
      String prefix = "run." + run.seed() + ".";
      metrics.put(prefix + "reconstruction.shareOfVariance", run.reconstruction());
      run.labelError().ifPresent(error -> metrics.put(prefix + "label.error", error));
      metrics.put(prefix + "residual.distanceCorrelation", run.distanceCorrelation());
      run.confidence().ifPresent(share -> metrics.put(prefix + "graph.confidence", share));
    }
    ModelBundle updated =
        bundle.withProvenance(provenance.withHyperParameters(hyper).withMetrics(metrics));
    return new TrainingReport(
        updated, report.graph(), report.learntEdges(), metrics, report.warnings(), runs);
  }

  private static String slug(String name) {
    String slug = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    return slug.isBlank() || slug.equals("-") ? "model" : slug;
  }
}
