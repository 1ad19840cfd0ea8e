package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.Latent;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelFinding.Aspect;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Finds parts of a scene that a model cannot read, from the figures of its training. Thresholds are
 * wide, as a finding keeps a model from use: doubts are warnings of {@link TrainingWarnings}.
 */
final class TrainingFindings {
  /**
   * Share of a factor's variance that is missed, from which it counts as unread; 1 is chance. With
   * 20 checked labels, a factor of which a quarter is missed exceeds this by chance in fewer than 1
   * of 100,000 trainings (chi-squared above 60 with 20 degrees).
   */
  static final double UNREAD = 0.75;

  /** Share of the labels of a category that are missed, above which it counts as unread. */
  static final double UNREAD_CATEGORY = 0.25;

  /** Smallest weight, relative to the largest, of a factor that takes part in a combination. */
  private static final double TAKES_PART = 0.3;

  /** Own noise over reading error in a residual, below which an intervention is lost in errors. */
  static final double LOST_NOISE = 0.5;

  /**
   * Explained share from which a latent counts as a function of its causes: the rest has a standard
   * deviation of 0.07, the size of errors of reading.
   */
  static final double FUNCTION = 0.995;

  /** Own noise over reading error in a residual, from which such a small rest is own noise. */
  static final double READ_NOISE = 10;

  /** Share of a latent's range in which it has two values of its factor. */
  static final double FOLDED = 0.1;

  /** Share of the places where frames with the same latents show two pictures. */
  static final double FOLDED_PICTURES = 0.2;

  /** Share of the pixel variance that is not reproduced. */
  static final double POOR_RECONSTRUCTION = 0.5;

  private final List<ModelFinding> findings = new ArrayList<>();
  private final LabelErrors labels;
  private final HeldOutLabels checked;

  private TrainingFindings(LabelErrors labels, HeldOutLabels checked) {
    this.labels = labels;
    this.checked = checked;
  }

  /**
   * The findings of one training.
   *
   * @param labels errors of the factors
   * @param checked labels that were not trained on; may have no rows
   * @param nodes of the graph; those without a meaning of their own need no noise of their own
   * @param explained returns true for a node whose equation is among these
   * @param foldedPictures see {@link FoldCheck}; NaN if unknown
   * @param reconstruction share of the pixel variance that is not reproduced
   * @param metrics receives the figures that decide
   */
  static List<ModelFinding> of(
      LabelErrors labels,
      HeldOutLabels checked,
      List<Latent> nodes,
      CausalGraph graph,
      Mechanisms equations,
      IntPredicate explained,
      double foldedPictures,
      double reconstruction,
      Map<String, Double> metrics) {
    TrainingFindings all = new TrainingFindings(labels, checked);
    all.unreadFactors(metrics);
    all.foldedLatents(foldedPictures, metrics);
    all.missingNoise(nodes, graph, equations, explained, metrics);
    if (reconstruction > POOR_RECONSTRUCTION) {
      all.add(
          Aspect.RECONSTRUCTION,
          "%.0f %% of the pixel variance is not reproduced, so residuals miss most of the frames' content: train for more steps or with more --latents, or reduce the noise of the pictures with a smaller --size",
          100 * reconstruction);
    }
    return all.findings;
  }

  private void add(Aspect aspect, String format, Object... values) {
    findings.add(new ModelFinding(aspect, String.format(Locale.ROOT, format, values)));
  }

  private double missed(int factor) {
    double error = labels.error(factor);
    return labels.categorical()[factor] ? UNREAD * error / UNREAD_CATEGORY : error * error;
  }

  private void unreadFactors(Map<String, Double> metrics) {
    int k = labels.names().size();
    for (int f = 0; f < k; f++) {
      if (labels.categorical()[f] && missed(f) >= UNREAD) {
        add(
            Aspect.NAMES,
            "the frames do not determine %s: %.0f %% of its labels are missed, a category that is read has at most %.0f %%; give more labels, train for more steps, or leave it out with --factors",
            labels.names().get(f),
            100 * labels.error(f),
            100 * UNREAD_CATEGORY);
      }
    }
    int[] unread =
        IntStream.range(0, k)
            .filter(f -> !labels.categorical()[f] && missed(f) >= UNREAD)
            .toArray();
    if (unread.length == k && k > 1) {
      add(
          Aspect.NAMES,
          "the latents read none of the factors %s: at least %.0f %% of the variance of each label is missed, chance is 100 %%; check that each label belongs to its frame, and train for more steps",
          String.join(", ", labels.names()),
          100 * IntStream.range(0, k).mapToDouble(this::missed).min().orElse(1));
      return;
    }
    for (int f : unread) {
      add(
          Aspect.NAMES,
          "the frames do not determine %s: %.0f %% of the variance of its labels is missed, chance is 100 %%%s; leave it out with --factors, or let the camera show it",
          labels.names().get(f),
          100 * missed(f),
          k > 1 ? ", while others are read" : "");
    }
    HeldOutLabels.Combination worst = checked.worstCombination();
    put(metrics, "label.unreadCombination", worst.unread());
    if (unread.length > 0 || !(worst.unread() >= UNREAD)) {
      return;
    }
    List<String> together =
        IntStream.range(0, k)
            .filter(f -> Math.abs(worst.weights()[f]) >= TAKES_PART)
            .mapToObj(labels.names()::get)
            .toList();
    if (together.size() > 1) {
      add(
          Aspect.NAMES,
          "the frames carry fewer numbers than factors: of a combination of %s, %.0f %% is missed, chance is 100 %%; keep one of them with --factors, or let the camera show what distinguishes them",
          String.join(", ", together),
          100 * worst.unread());
    }
  }

  private void foldedLatents(double foldedPictures, Map<String, Double> metrics) {
    for (int f = 0; f < labels.names().size(); f++) {
      double folded = checked.folded(f);
      put(metrics, "label.folded." + f, folded);
      if (folded >= FOLDED && missed(f) < UNREAD) {
        add(
            Aspect.NAMES,
            "%s folds: in %.0f %% of the range of its latent, two values of the label at least 1 standard deviation apart look the same; let the camera show what distinguishes them, or use a label that does not distinguish them",
            labels.names().get(f),
            100 * folded);
      }
    }
    put(metrics, "pictures.folded", foldedPictures);
    if (foldedPictures >= FOLDED_PICTURES) {
      add(
          Aspect.NAMES,
          "frames with the same latents show two different pictures at %.0f %% of the places that were examined: a latent folds its quantity, or something varies that has no latent; give labels, or more --latents",
          100 * foldedPictures);
    }
  }

  private void missingNoise(
      List<Latent> nodes,
      CausalGraph graph,
      Mechanisms equations,
      IntPredicate explained,
      Map<String, Double> metrics) {
    for (int i = 0; i < graph.size(); i++) {
      if (graph.isRoot(i)
          || !nodes.get(i).anchored()
          || !explained.test(i)
          || nodes.stream().anyMatch(Latent::categorical) // equations are between columns
          || (i < labels.names().size() && missed(i) >= UNREAD)) {
        continue;
      }
      String name = graph.name(i);
      String causes = String.join(", ", graph.parentNames(i));
      double own = i < labels.names().size() ? checked.ownNoise(graph, equations, i) : Double.NaN;
      put(metrics, "label.ownNoise." + i, own);
      if (equations.explainedVariance(i) >= FUNCTION && !(own >= READ_NOISE)) {
        add(
            Aspect.INDEPENDENCE,
            "%s has no noise of its own that can be read: %s explain %.2f %% of it, so an intervention on it cannot be distinguished from one on its causes; train without it, or record frames in which it varies on its own",
            name,
            causes,
            100 * equations.explainedVariance(i));
      } else if (own < LOST_NOISE) {
        add(
            Aspect.INDEPENDENCE,
            "the own noise of %s is lost in errors of reading, whose variance in its residual is %.1f times as large, so an intervention on it cannot be distinguished from one on its causes %s; train without it, or let the camera show it larger",
            name,
            1 / own,
            causes);
      }
    }
  }

  private static void put(Map<String, Double> metrics, String name, double value) {
    if (Double.isFinite(value)) {
      metrics.put(name, value);
    }
  }
}
