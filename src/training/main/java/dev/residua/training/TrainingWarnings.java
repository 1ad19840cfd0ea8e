package dev.residua.training;

import dev.residua.causal.Latent;
import dev.residua.training.metrics.PairDependence;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Lists reasons to distrust a trained model, in sentences. */
final class TrainingWarnings {
  static final int FEW_LABELS = 60;
  static final double LARGE_LABEL_ERROR = 0.5;
  private static final int MAX_LISTED = 10;
  static final double POOR_RECONSTRUCTION = 0.1;

  private TrainingWarnings() {}

  static List<String> of(
      RunSelection.Run run,
      GraphFit fit,
      PairDependence dependence,
      LabelErrors labels,
      TrainingInput input,
      TaughtErrors taught) {
    int labelledFrames = input.labelled.length;
    List<Latent> latents = input.latents;
    Teaching teaching = input.teaching;
    List<String> warnings = new ArrayList<>();
    List<String> held = latents.stream().filter(Latent::anchored).map(Latent::name).toList();
    if (labelledFrames == 0 && !held.isEmpty()) {
      List<String> unordered =
          latents.stream()
              .filter(Latent::anchored)
              .filter(
                  latent ->
                      teaching.answers().stream()
                          .noneMatch(answer -> answer.factor() == latent.index()))
              .map(Latent::name)
              .toList();
      if (!unordered.isEmpty()) {
        warnings.add(
            words(
                "%s are named by held pairs alone: their sign is unknown, and a latent may fold its factor, so that two of its values look the same; about 100 answers on each to which of two frames is higher exclude both",
                unordered));
      }
      if (held.size() < latents.size()) {
        warnings.add("latents whose factor was never held and never asked for have no names");
      }
    } else if (labelledFrames == 0) {
      warnings.add(
          "trained without labels: latents have no names, residuals do not say which mechanism broke; about 100 labelled frames, or about 100 answers and 100 held pairs of every factor, change that");
    } else if (labelledFrames < FEW_LABELS) {
      warnings.add(
          "only %d labelled frames were used: with fewer than about 60, residuals may point to the wrong mechanism"
              .formatted(labelledFrames));
    }
    for (Latent latent : latents) {
      int k = latent.index();
      if (taught.heldErrors()[k] > TaughtErrors.mostHeldError(taught.pairs()[k])) {
        warnings.add(
            words(
                "%s differs by %.2f of its variance within held pairs that were not trained on (2 would be chance), so it mixes factors: give more held pairs, or train for more steps or with another --seed",
                latent.name(), taught.heldErrors()[k]));
      }
      if (taught.missed()[k] > TaughtErrors.mostMissed(taught.answers()[k])) {
        warnings.add(
            words(
                "%s contradicts %d of %d answers that were not trained on: check those answers, give more, or train for more steps or with another --seed",
                latent.name(), taught.missed()[k], taught.answers()[k]));
      }
    }
    List<OrderAnswer> contradicting = taught.contradicting();
    if (!contradicting.isEmpty()) {
      warnings.add(
          words(
              "%d of %d answers contradict the rest; look at them again: %s%s",
              contradicting.size(),
              teaching.answers().size() + teaching.unseenAnswers().size(),
              contradicting.stream()
                  .limit(MAX_LISTED)
                  .map(
                      answer ->
                          "%s in frames %d and %d"
                              .formatted(
                                  latents.get(answer.factor()).name(),
                                  answer.first(),
                                  answer.second()))
                  .collect(Collectors.joining(", ")),
              contradicting.size() > MAX_LISTED ? ", ..." : ""));
    }
    for (int f = 0; f < labels.names().size(); f++) {
      if (labels.categorical()[f] && labels.error(f) > ModelVerdicts.MISSED_CATEGORY) {
        warnings.add(
            words(
                "%.0f %% of the labels of %s are missed: give more labels, or train for more steps",
                100 * labels.error(f), labels.names().get(f)));
      } else if (labels.error(f) > LARGE_LABEL_ERROR) {
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
    warnings.addAll(UncertainEdges.of(input.known, fit, dependence));
    return warnings;
  }

  private static String words(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
