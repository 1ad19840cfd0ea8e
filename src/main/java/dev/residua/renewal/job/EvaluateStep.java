package dev.residua.renewal.job;

import dev.residua.causal.Latent;
import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.registry.ModelAdmin;
import dev.residua.renewal.gate.ExaminationSettings;
import dev.residua.renewal.gate.ExaminedModel;
import dev.residua.renewal.gate.Gate;
import dev.residua.renewal.gate.GatePolicy;
import dev.residua.renewal.gate.GateVerdict;
import dev.residua.renewal.gate.HeldOutSet;
import dev.residua.renewal.gate.ModelEvaluator;
import dev.residua.renewal.selection.StreamData;
import dev.residua.training.FactorScaleFit;
import dev.residua.training.FrameScores;
import dev.residua.training.LatentMatching;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Compares a candidate with the active model: on live frames in shadow, then at the gate. */
final class EvaluateStep {
  private static final String SHADOW_SUFFIX = "-shadow";
  private static final long PAUSE_MILLIS = 250;

  private final TrainingContext context;
  private final TrainingJob.Dependencies dependencies;

  EvaluateStep(TrainingContext context) {
    this.context = context;
    this.dependencies = context.dependencies();
  }

  /** Renames latents that match one of the active model to its name; others get new names. */
  ModelBundle carryNamesOver(ExaminedModel active, ModelBundle candidate, StreamData frames) {
    int n = frames.size();
    if (n < LatentMatching.MIN_FRAMES) {
      return candidate;
    }
    int[] all = new int[n];
    Arrays.setAll(all, i -> i);
    double[][] before = latents(active, frames, all);
    double[][] after;
    try (TrainingJob.ModelHandle opened = dependencies.opener().open(candidate)) {
      after = latents(opened.examined(), frames, all);
    }
    LatentMatching matching = LatentMatching.of(before, after, LatentMatching.Bootstrap.DEFAULTS);
    List<Latent> old = active.bundle().manifest().latents();
    List<String> oldNames = active.bundle().manifest().latentNames();
    Set<String> used = new HashSet<>(oldNames);
    used.addAll(candidate.manifest().latentNames());
    List<String> names = matching.names(oldNames, used, "z");
    List<Latent> renamed = new ArrayList<>();
    Map<String, Double> identity = new TreeMap<>();
    for (LatentMatching.Pair pair : matching.pairs()) {
      String name = names.get(pair.latent());
      Latent known = pair.carriedOver() ? old.get(pair.old()) : null;
      renamed.add(
          new Latent(
              pair.latent(),
              name,
              known != null && known.anchored(),
              known == null ? null : FactorScaleFit.carried(known, before, pair.latent(), after)));
      identity.put("identity.correlation." + name, pair.correlation());
      identity.put("identity.confidence." + name, pair.confidence());
    }
    ModelBundle named = candidate.renamed(renamed);
    ModelProvenance provenance = named.manifest().provenance();
    Map<String, Double> metrics = new TreeMap<>(provenance.metrics());
    metrics.putAll(identity);
    return named.withProvenance(provenance.withMetrics(metrics));
  }

  private static double[][] latents(ExaminedModel model, StreamData frames, int[] which) {
    return FrameScores.rows(
        FrameScores.of(model.scorer(), frames::read, which, fraction -> {}).observed(),
        which.length,
        model.scorer().latents());
  }

  /** Lets the candidate score live frames under an id of its own; empty if the settings skip it. */
  Optional<ShadowTrial> shadow(ModelBundle candidate) throws IOException, InterruptedException {
    Duration length = context.settings().shadowFor();
    if (length.isZero()) {
      return Optional.empty();
    }
    ModelAdmin admin = dependencies.admin();
    ModelBundle challenger = context.signed(candidate.withId(candidate.id() + SHADOW_SUFFIX));
    Map<TopicPartition, Long> from =
        ShadowTrial.endOffsets(dependencies.consumers(), dependencies.topics());
    Instant begin = dependencies.clock().instant();
    Instant end = begin.plus(length);
    admin.publish(
        challenger,
        context.scene(),
        dependencies.outside(),
        null,
        context.author("to score in shadow"));
    try {
      admin.shadow(
          new Shadow(
              context.scene(), challenger.id(), context.settings().shadowRate(), begin, end));
      for (Instant now = begin; now.isBefore(end); now = dependencies.clock().instant()) {
        context.throwIfCancelled("it scored in shadow");
        context.publish(
            TrainingPhase.SHADOWING,
            Duration.between(begin, now).toMillis() / (double) length.toMillis(),
            "scoring in shadow of the active model",
            candidate.id());
        Thread.sleep(PAUSE_MILLIS);
      }
      try (TrainingJob.ModelHandle opened = dependencies.opener().open(candidate)) {
        return Optional.of(
            ShadowTrial.of(
                dependencies.consumers(),
                dependencies.topics(),
                from,
                challenger.id(),
                opened.examined().calibration().size(),
                context.cancelled()));
      }
    } finally {
      admin.endShadow(context.scene());
      admin.remove(challenger.id(), dependencies.discarding());
    }
  }

  /** Removes the shadow model of a training that was killed during its shadow trial. */
  void removeAbandonedShadow() throws IOException {
    Optional<String> left =
        dependencies
            .store()
            .refreshed()
            .scene(context.scene())
            .shadow()
            .map(Shadow::modelId)
            .filter(id -> id.endsWith(SHADOW_SUFFIX));
    if (left.isPresent()) {
      dependencies.admin().endShadow(context.scene());
      dependencies.admin().remove(left.get(), dependencies.discarding());
    }
  }

  /** The gate's verdict from held-out frames and injected faults. */
  GateVerdict evaluate(ExaminedModel active, ModelBundle candidate, StreamData heldOut) {
    RenewalSettings settings = context.settings();
    context.publish(TrainingPhase.EVALUATING, 0, "examining both models", candidate.id());
    try (TrainingJob.ModelHandle opened = dependencies.opener().open(candidate)) {
      ModelEvaluator.Pair pair =
          ModelEvaluator.examine(
              ExaminationSettings.DEFAULTS.withSeed(settings.seed()),
              active,
              opened.examined(),
              new HeldOutSet(heldOut, heldOut.sequences()),
              dependencies.nanos(),
              fraction ->
                  context.publish(
                      TrainingPhase.EVALUATING, fraction, "examining both models", candidate.id()));
      return Gate.decide(
          GatePolicy.DEFAULTS.withGraphMayChange(settings.graphMayChange()),
          pair.champion(),
          pair.candidate());
    }
  }
}
