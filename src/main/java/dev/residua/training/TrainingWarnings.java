package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lists reasons to distrust a trained model, in sentences. */
final class TrainingWarnings {
  private static final int FEW_LABELS = 60;
  private static final double LOW_CONFIDENCE = 0.7;
  private static final double LITTLE_EXPLAINED = 0.05;
  private static final double LARGE_LABEL_ERROR = 0.5;
  private static final double LARGE_HELD_ERROR = 0.1;
  private static final double POOR_RECONSTRUCTION = 0.1;

  private TrainingWarnings() {}

  static List<String> of(
      RunSelection.Run run,
      GraphConstraints known,
      CausalGraph graph,
      Mechanisms equations,
      LabelErrors labels,
      int labelledFrames,
      List<Latent> latents,
      HeldErrors heldErrors) {
    List<String> warnings = new ArrayList<>();
    List<String> held = latents.stream().filter(Latent::anchored).map(Latent::name).toList();
    if (labelledFrames == 0 && !held.isEmpty()) {
      warnings.add(
          words(
              "%s are named by held pairs, without labels: their sign and scale are unknown, and where a latent is a curved or folded function of its factor a structural equation with additive noise may not hold%s",
              held,
              held.size() < latents.size()
                  ? "; latents whose factor was never held have no names"
                  : ""));
    } else if (labelledFrames == 0) {
      warnings.add(
          "trained without labels: latents have no names, residuals do not say which mechanism broke; about 100 labelled frames, or held pairs of every factor, change that");
    } else if (labelledFrames < FEW_LABELS) {
      warnings.add(
          "only %d labelled frames were used: with fewer than about 60, residuals may point to the wrong mechanism"
              .formatted(labelledFrames));
    }
    for (Latent latent : latents) {
      int k = latent.index();
      if (heldErrors.pairs()[k] >= HeldErrors.MIN_PAIRS
          && heldErrors.errors()[k] > LARGE_HELD_ERROR) {
        warnings.add(
            words(
                "%s differs by %.2f of its variance within held pairs that were not trained on (2 would be chance), so it mixes factors: give more held pairs, or train for fewer steps or with another --seed",
                latent.name(), heldErrors.errors()[k]));
      }
    }
    for (int f = 0; f < labels.names().size(); f++) {
      if (labels.error(f) > LARGE_LABEL_ERROR) {
        warnings.add(
            words(
                "labels of %s contradict the frames: they are missed by %.2f standard deviations; check that each label belongs to its frame and that the frame shows it",
                labels.names().get(f), labels.error(f)));
      }
    }
    if (run.reconstruction() > POOR_RECONSTRUCTION) {
      warnings.add(
          words(
              "%.0f %% of the pixel variance is not reproduced: small deviations are missed; train for more steps",
              100 * run.reconstruction()));
    }
    if (!known.complete()) {
      if (graph.edgeList().isEmpty()) {
        warnings.add(
            "the search found no edges: every latent is evaluated as if it had no causes; specify known edges with --graph");
      }
      for (CausalGraph.Edge edge : graph.edgeList()) {
        if (edge.confidence() < LOW_CONFIDENCE) {
          warnings.add(
              words(
                  "the edge %s -> %s is uncertain: it was found in %.0f %% of the half-samples; require or forbid it with --graph if you know",
                  graph.name(edge.from()), graph.name(edge.to()), 100 * edge.confidence()));
        }
      }
    }
    for (int i = 0; i < graph.size(); i++) {
      if (!graph.isRoot(i) && equations.explainedVariance(i) < LITTLE_EXPLAINED) {
        warnings.add(
            words(
                "%s explain %.1f %% of %s: its residual is hardly more than its value",
                graph.parentNames(i), 100 * equations.explainedVariance(i), graph.name(i)));
      }
    }
    if (!run.independent()) {
      warnings.add(
          words(
              "residuals depend on one another (distance correlation %.2f, independent ones have less than %.2f): one broken mechanism may show in several",
              run.distanceCorrelation(), RunSelection.MAX_DISTANCE_CORRELATION));
    }
    return warnings;
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
