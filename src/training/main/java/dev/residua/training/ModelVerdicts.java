package dev.residua.training;

import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelFinding.Aspect;
import dev.residua.model.ModelProvenance;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verdicts on the use of a model: on names, independence, own pixels and reconstruction, with one
 * next step for the whole model. Pure: made of the findings and figures that the training put into
 * the bundle, some of which an evaluation on other frames may replace.
 */
public final class ModelVerdicts {
  /** Errors of labels, in their standard deviations, up to which latents carry their names. */
  static final double SMALL_LABEL_ERROR = 0.25;

  /** Distance correlation from which residuals depend on one another. */
  static final double DEPENDENT = 0.2;

  /** Share of the labels of a category that may be missed by a model that reads it. */
  static final double MISSED_CATEGORY = 0.05;

  /** Start of the metrics whose end is the index of a factor: errors that were checked. */
  static final String CHECKED_ERROR = "label.heldOut.";

  static final String RECONSTRUCTION = "reconstruction.shareOfVariance";
  static final String DEPENDENCE = "residual.distanceCorrelation";

  private static final String PROMOTE = "residua model promote MODEL --reason TEXT";
  private static final String EVALUATE = "residua evaluate --model MODEL --data DATA";
  private static final String TEACH = "residua teach DATA";
  private static final String GRAPH = "residua model graph MODEL --data DATA";
  private static final String TRAIN = "residua train --data DATA%s --out NEW.residua";
  private static final String LABEL =
      "residua dataset import --images PICTURES --labels labels.csv --out NEW";

  private final BundleManifest manifest;
  private final List<ModelFinding> findings;
  private final Map<String, Double> metrics;
  private final String frames;
  private final boolean graphInDoubt;

  private ModelVerdicts(ModelBundle bundle, Map<String, Double> measured, String frames) {
    this.manifest = bundle.manifest();
    this.findings = bundle.findings();
    this.metrics = new TreeMap<>(manifest.provenance().metrics());
    this.metrics.putAll(measured);
    this.frames = frames;
    this.graphInDoubt =
        bundle.find(ModelBundle.WARNINGS).map(TrainingHistory::fromLines).orElse(List.of()).stream()
            .anyMatch(UncertainEdges::isOne);
  }

  /** A verdict in one word. */
  public enum Grade {
    GOOD,
    DOUBTFUL,
    BAD;

    /** Lower-case name. */
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One verdict.
   *
   * @param evidence one sentence with the figures that decided
   * @param next the one command to run next for the whole model, null except for the verdict that
   *     asks for it; MODEL is the file of the model, DATA a data set
   */
  public record Verdict(Aspect aspect, Grade grade, String evidence, @Nullable String next) {}

  /**
   * A verdict, and the step that would improve this aspect alone.
   *
   * @param step command
   */
  private record Aspected(Aspect aspect, Grade grade, String evidence, String step) {
    boolean good() {
      return grade == Grade.GOOD;
    }
  }

  /** The verdicts on a model by its training, in the order of {@link Aspect}. */
  public static List<Verdict> of(ModelBundle bundle) {
    return of(bundle, Map.of(), "frames that did not train it");
  }

  /**
   * The verdicts on a model, with figures from other frames in place of those of its training.
   *
   * @param measured by the names that the provenance uses; may be empty
   * @param frames on which they were measured, in words
   */
  public static List<Verdict> of(ModelBundle bundle, Map<String, Double> measured, String frames) {
    return new ModelVerdicts(bundle, measured, frames).all();
  }

  /** The command to run next, by the verdict that asks for it. */
  public static String next(List<Verdict> verdicts) {
    return verdicts.stream()
        .map(Verdict::next)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no verdict has a next step"));
  }

  private List<Verdict> all() {
    Aspected names = names();
    Aspected independence = independence();
    Aspected ownPixels = ownPixels();
    Aspected reconstruction = reconstruction();
    Aspected asks;
    String next;
    // An untrained network explains everything else, and a wrong graph doubtful residuals.
    if (!reconstruction.good()) {
      asks = reconstruction;
      next = reconstruction.step();
    } else if (searchesGraph() && (graphInDoubt || !independence.good())) {
      asks = independence;
      next = GRAPH;
    } else if (!independence.good()) {
      asks = independence;
      next = independence.step();
    } else if (!names.good()) {
      asks = names;
      next = names.step();
    } else if (!ownPixels.good()) {
      asks = ownPixels;
      next = ownPixels.step();
    } else {
      asks = reconstruction;
      next = PROMOTE;
    }
    return Stream.of(names, independence, ownPixels, reconstruction)
        .map(v -> new Verdict(v.aspect(), v.grade(), v.evidence(), v == asks ? next : null))
        .toList();
  }

  /** Returns true if the search chose the graph and nobody has limited it. */
  private boolean searchesGraph() {
    return manifest.nodes().size() > 1
        && manifest.provenance().hyperParameters().getOrDefault("graph", "").equals("searched");
  }

  private Aspected names() {
    Optional<Aspected> found = found(Aspect.NAMES, TRAIN.formatted(" --factors NAME,..."));
    if (found.isPresent()) {
      return found.get();
    }
    List<String> unnamed =
        manifest.latents().stream().filter(l -> !l.anchored()).map(l -> l.name()).toList();
    String rest = unnamed.isEmpty() ? "" : "; %s have no name".formatted(joined(unnamed));
    ModelProvenance provenance = manifest.provenance();
    @Nullable Integer missed = worstChecked(true);
    @Nullable Integer worst = worstChecked(false);
    if (missed != null) {
      Grade ofCategories =
          grade(metric(CHECKED_ERROR + missed), MISSED_CATEGORY, TrainingFindings.UNREAD_CATEGORY);
      if (worst == null || ofCategories != Grade.GOOD) {
        return verdict(
            Aspect.NAMES,
            ofCategories == Grade.GOOD && !unnamed.isEmpty() ? Grade.DOUBTFUL : ofCategories,
            LABEL,
            "at least %.1f %% of the labels of each category are read (%s worst), on labelled %s; a category that is read has %.0f %%%s",
            100 - 100 * metric(CHECKED_ERROR + missed),
            manifest.latents().get(missed).name(),
            frames,
            100 - 100 * MISSED_CATEGORY,
            rest);
      }
    }
    if (worst != null) {
      double error = metric(CHECKED_ERROR + worst);
      boolean few =
          provenance.labelledFrames() > 0
              && provenance.labelledFrames() < TrainingWarnings.FEW_LABELS;
      Grade grade = grade(error, SMALL_LABEL_ERROR, TrainingWarnings.LARGE_LABEL_ERROR);
      return verdict(
          Aspect.NAMES,
          grade == Grade.GOOD && (few || !unnamed.isEmpty()) ? Grade.DOUBTFUL : grade,
          LABEL,
          "labels are missed by at most %.2f standard deviations (%s), on labelled %s%s%s",
          error,
          manifest.latents().get(worst).name(),
          frames,
          few ? "; only %d labelled frames trained it".formatted(provenance.labelledFrames()) : "",
          rest);
    }
    if (provenance.labelledFrames() > 0) {
      double error = metric("label.error");
      return verdict(
          Aspect.NAMES,
          error > TrainingWarnings.LARGE_LABEL_ERROR ? Grade.BAD : Grade.DOUBTFUL,
          EVALUATE,
          "no label checks the names: all %d labelled frames trained the latents, which miss them by at most %.2f standard deviations%s",
          provenance.labelledFrames(),
          error,
          rest);
    }
    if (manifest.latents().stream().anyMatch(latent -> latent.anchored())) {
      return taughtNames(rest);
    }
    return verdict(
        Aspect.NAMES,
        Grade.BAD,
        LABEL,
        "the %d latents have no names, because no frame was labelled: an incident does not say what broke",
        manifest.latents().size());
  }

  /** Verdict on names from answers and held pairs, by those that did not train the network. */
  private Aspected taughtNames(String rest) {
    double held = largest(ModelProvenance.HELD_ERROR);
    double missed = largest(ModelProvenance.MISSED_ANSWERS);
    String pairs =
        Double.isNaN(held)
            ? "no held pair checks them"
            : text(
                "latents differ by up to %.2f of their variance in held pairs (2 is chance)", held);
    boolean bad = held > 1 || missed > 0.5;
    if (Double.isNaN(missed)) {
      return verdict(
          Aspect.NAMES,
          bad ? Grade.BAD : Grade.DOUBTFUL,
          TEACH,
          "names come from held pairs alone: %s, signs and scales are unknown%s",
          pairs,
          rest);
    }
    boolean good =
        held <= 2 * TaughtErrors.LARGEST_HELD_ERROR
            && missed <= 2 * TaughtErrors.WRONG_ANSWERS
            && rest.isEmpty();
    return verdict(
        Aspect.NAMES,
        bad ? Grade.BAD : good ? Grade.GOOD : Grade.DOUBTFUL,
        TEACH,
        "names come from answers and held pairs: up to %.0f %% of the answers that were kept back contradict a latent, %s; units are unknown%s",
        100 * missed,
        pairs,
        rest);
  }

  private double largest(String start) {
    return metrics.entrySet().stream()
        .filter(metric -> metric.getKey().startsWith(start))
        .mapToDouble(Map.Entry::getValue)
        .max()
        .orElse(Double.NaN);
  }

  private Aspected independence() {
    Optional<Aspected> found = found(Aspect.INDEPENDENCE, TRAIN.formatted(" --factors NAME,..."));
    if (found.isPresent()) {
      return found.get();
    }
    if (manifest.nodes().size() == 1) {
      return verdict(
          Aspect.INDEPENDENCE,
          Grade.GOOD,
          EVALUATE,
          "there is one latent, on which nothing depends");
    }
    double dependence = metric(DEPENDENCE);
    if (Double.isNaN(dependence)) {
      return verdict(
          Aspect.INDEPENDENCE,
          Grade.DOUBTFUL,
          EVALUATE,
          "the dependence of residuals is not known");
    }
    Grade grade = grade(dependence, RunSelection.MAX_DISTANCE_CORRELATION, DEPENDENT);
    return verdict(
        Aspect.INDEPENDENCE,
        grade,
        TRAIN.formatted(" --runs 3"),
        "the largest distance correlation of two residuals is %.2f on %s, independent ones have at most %.2f",
        dependence,
        frames,
        RunSelection.MAX_DISTANCE_CORRELATION);
  }

  private Aspected ownPixels() {
    if (manifest.latents().size() == 1) {
      return verdict(
          Aspect.OWN_PIXELS, Grade.GOOD, EVALUATE, "there is one latent, which moves no other");
    }
    String largest = null;
    for (String name : metrics.keySet()) {
      if (name.startsWith(OwnPixels.METRIC)
          && (largest == null || Math.abs(metric(name)) > Math.abs(metric(largest)))) {
        largest = name;
      }
    }
    if (largest == null) {
      return verdict(
          Aspect.OWN_PIXELS,
          Grade.DOUBTFUL,
          EVALUATE,
          "own pixels are not known: no latent has a place of its own, or the model was never measured");
    }
    double movement = metric(largest);
    String[] pair = largest.substring(OwnPixels.METRIC.length()).split("\\.");
    return verdict(
        Aspect.OWN_PIXELS,
        grade(Math.abs(movement), OwnPixels.SMALL, OwnPixels.LARGE),
        LABEL,
        "the reading of %s moves by %.2f standard deviations if only the pixels of %s change by one, on %s; a good model has at most %.2f%s",
        manifest.latents().get(Integer.parseInt(pair[1])).name(),
        movement,
        manifest.latents().get(Integer.parseInt(pair[0])).name(),
        frames,
        OwnPixels.SMALL,
        Math.abs(movement) > OwnPixels.SMALL && isCorrected()
            ? ", so diagnoses correct sizes for it"
            : "");
  }

  /** Returns true if the calibration of diagnoses takes account of leaning, or of all leakage. */
  private boolean isCorrected() {
    return metric(Leaning.LEAKAGE) < 1 || metric(ModelCalibration.LEAKAGE) < 1;
  }

  private Aspected reconstruction() {
    String longer = longer();
    Optional<Aspected> found = found(Aspect.RECONSTRUCTION, longer);
    if (found.isPresent()) {
      return found.get();
    }
    double share = metric(RECONSTRUCTION);
    if (Double.isNaN(share)) {
      return verdict(
          Aspect.RECONSTRUCTION,
          Grade.DOUBTFUL,
          EVALUATE,
          "the share of the pixel variance that is not reproduced is not known");
    }
    Grade grade =
        grade(share, TrainingWarnings.POOR_RECONSTRUCTION, TrainingFindings.POOR_RECONSTRUCTION);
    return verdict(
        Aspect.RECONSTRUCTION,
        grade,
        longer,
        "%.1f %% of the pixel variance is not reproduced on %s, a good model has at most %.0f %%",
        100 * share,
        frames,
        100 * TrainingWarnings.POOR_RECONSTRUCTION);
  }

  /** The verdict by the findings of the training, if there are any. */
  private Optional<Aspected> found(Aspect aspect, String next) {
    List<String> all =
        findings.stream().filter(f -> f.aspect() == aspect).map(ModelFinding::sentence).toList();
    return all.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Aspected(
                aspect,
                Grade.BAD,
                all.get(0) + (all.size() == 1 ? "" : " (and %d more)".formatted(all.size() - 1)),
                next));
  }

  /** The category, or other factor, with the largest checked error; null if none was checked. */
  private @Nullable Integer worstChecked(boolean categorical) {
    Integer worst = null;
    for (int f = 0; f < manifest.latents().size(); f++) {
      if (manifest.latents().get(f).categorical() != categorical) {
        continue;
      }
      double error = metric(CHECKED_ERROR + f);
      if (error > (worst == null ? Double.NEGATIVE_INFINITY : metric(CHECKED_ERROR + worst))) {
        worst = f;
      }
    }
    return worst;
  }

  /**
   * The training that reconstructs better: until it is stable if it was shorter, else with more
   * latents if it was stable, else with twice the steps.
   */
  private String longer() {
    Map<String, String> hyper = manifest.provenance().hyperParameters();
    String steps = hyper.getOrDefault(ModelProvenance.STEPS, "");
    if (!steps.matches("[0-9]{1,9}")) {
      return TRAIN.formatted("");
    }
    if ("true".equals(hyper.get(ModelProvenance.STABLE))) {
      int latents = manifest.latents().size() + 2;
      return latents > ExactDagSearch.MAX_LATENTS
          ? TRAIN.formatted(" --steps " + 2L * TrainingSettings.DEFAULTS.steps())
          : TRAIN.formatted(" --latents " + latents);
    }
    long taken = Long.parseLong(steps);
    return taken < TrainingSettings.DEFAULTS.steps()
        ? TRAIN.formatted("")
        : TRAIN.formatted(" --steps " + 2 * taken);
  }

  private double metric(String name) {
    Double value = metrics.get(name);
    return value == null || !Double.isFinite(value) ? Double.NaN : value;
  }

  private static Grade grade(double value, double good, double bad) {
    return value <= good ? Grade.GOOD : value <= bad ? Grade.DOUBTFUL : Grade.BAD;
  }

  private static Aspected verdict(
      Aspect aspect, Grade grade, String next, String evidence, Object... values) {
    return new Aspected(aspect, grade, text(evidence, values), next);
  }

  private static String joined(List<String> names) {
    return String.join(", ", names);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
