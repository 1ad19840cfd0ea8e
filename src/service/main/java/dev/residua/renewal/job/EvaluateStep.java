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
import dev.residua.renewal.gate.LatentIdentity;
import dev.residua.renewal.gate.ModelEvaluator;
import dev.residua.renewal.selection.StreamData;
import dev.residua.training.FactorScaleFit;
import dev.residua.training.FrameScores;
import dev.residua.training.LatentMatching;
import dev.residua.training.ModelReadings;
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

/** Compares a candidate with the active model: at the gate, then on live frames in shadow. */
final class EvaluateStep {
  private static final long PAUSE_MILLIS = 250;

  /** Run length, in frames, of a monitor whose thresholds are not used. */
  private static final double ANY_RUN_LENGTH = 10_000;

  /** Time between two looks at the calibrations of all sources. */
  private static final Duration LOOK = Duration.ofSeconds(5);

  /** Time after which a source that sent no frame is no longer waited for. */
  private static final Duration UNSEEN_FOR = Duration.ofMinutes(10);

  private final TrainingContext context;
  private final TrainingJob.Dependencies dependencies;

  EvaluateStep(TrainingContext context) {
    this.context = context;
    this.dependencies = context.dependencies();
  }

  /**
   * Renames latents that match one of the active model to its name; others get new names. Errors of
   * readings are left out: their labels may be estimates of the active model.
   */
  ModelBundle carryNamesOver(ExaminedModel active, ModelBundle trained, StreamData frames) {
    ModelBundle candidate = ModelReadings.without(trained);
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
    used.addAll(candidate.manifest().nodeNames());
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
      identity.putAll(LatentIdentity.metrics(name, pair));
    }
    ModelBundle named = candidate.renamed(renamed);
    ModelProvenance provenance = named.manifest().provenance();
    Map<String, Double> metrics = new TreeMap<>(provenance.metrics());
    metrics.putAll(identity);
    return named.withProvenance(provenance.withMetrics(metrics));
  }

  private static double[][] latents(ExaminedModel model, StreamData frames, int[] which) {
    return FrameScores.latents(
        FrameScores.of(
            model.scorer(), frames, model.bundle().manifest().observed(), which, fraction -> {}));
  }

  /**
   * Lets the candidate score live frames under an id of its own, until the sources with a
   * calibration of their own are calibrated for it, and at least as long as the settings say. Empty
   * if there is no such source, and they say zero.
   *
   * @param active id of the active model
   */
  Optional<ShadowTrial> shadow(String active, ModelBundle candidate)
      throws IOException, InterruptedException {
    RenewalSettings settings = context.settings();
    SourceReadiness sources = readiness(active, candidate);
    boolean calibrated = sources.watched() > 0;
    if (settings.shadowFor().isZero() && !calibrated) {
      return Optional.empty();
    }
    ModelAdmin admin = dependencies.admin();
    ModelBundle challenger = context.signed(candidate.withId(Shadow.trialId(candidate.id())));
    Map<TopicPartition, Long> from =
        ShadowTrial.endOffsets(dependencies.consumers(), dependencies.topics());
    Instant begin = dependencies.clock().instant();
    Instant end = begin.plus(calibrated ? settings.shadowAtMost() : settings.shadowFor());
    admin.publish(
        challenger,
        context.scene(),
        dependencies.outside(),
        null,
        context.author("to score in shadow"));
    try {
      admin.shadow(
          new Shadow(
              context.scene(),
              challenger.id(),
              calibrated ? 1 : settings.shadowRate(),
              begin,
              end));
      Instant looked = begin;
      for (Instant now = begin; !over(begin, now, end, sources); now = pause()) {
        context.throwIfCancelled("it scored in shadow");
        if (calibrated && Duration.between(looked, now).compareTo(LOOK) >= 0) {
          sources = readiness(active, candidate);
          looked = dependencies.clock().instant();
        }
        context.publish(
            TrainingPhase.SHADOWING,
            Duration.between(begin, now).toMillis()
                / (double) Duration.between(begin, end).toMillis(),
            "scoring in shadow of the active model" + (calibrated ? "; " + sources.sentence() : ""),
            candidate.id());
      }
      try (TrainingJob.ModelHandle opened = dependencies.opener().open(candidate)) {
        return Optional.of(
            ShadowTrial.of(
                dependencies.consumers(),
                dependencies.topics(),
                from,
                new ShadowTrial.Challenger(
                    challenger.id(),
                    opened.examined().calibration(),
                    opened.examined().monitor().apply(ANY_RUN_LENGTH).commissioning()),
                sources,
                context.cancelled()));
      }
    } finally {
      admin.endShadow(context.scene());
      admin.remove(challenger.id(), dependencies.discarding());
    }
  }

  private SourceReadiness readiness(String active, ModelBundle candidate) {
    return SourceReadiness.read(
        dependencies.consumers(),
        dependencies.topics(),
        source -> dependencies.rules().apply(source).scene().equals(context.scene()),
        active,
        candidate.id(),
        context.cancelled());
  }

  private boolean over(Instant begin, Instant now, Instant end, SourceReadiness sources) {
    if (!now.isBefore(end)) {
      return true;
    }
    Instant unseen = begin.plus(UNSEEN_FOR);
    return sources.watched() > 0
        && !now.isBefore(begin.plus(context.settings().shadowFor()))
        && (sources.complete() || (sources.ready() && now.isAfter(unseen)));
  }

  private Instant pause() throws InterruptedException {
    Thread.sleep(PAUSE_MILLIS);
    return dependencies.clock().instant();
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
            .filter(Shadow::isTrialId);
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
