package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.Latent;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.model.ModelFinding.Aspect;
import dev.residua.testing.Bundles;
import dev.residua.training.ModelVerdicts.Grade;
import dev.residua.training.ModelVerdicts.Verdict;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ModelVerdictsTest {
  private static final List<String> UNCERTAIN =
      List.of(
          "the edge light -> shadow is uncertain: it was found in 25 % of the half-samples; require or forbid it with --graph if you know");

  private static ModelBundle bundle(int labelled, Map<String, Double> metrics) {
    ModelBundle bundle = Bundles.empty("m");
    return bundle.withProvenance(
        bundle
            .manifest()
            .provenance()
            .with(
                p ->
                    p.labelledFrames(labelled)
                        .hyperParameters(Map.of("steps", "3000"))
                        .metrics(metrics)));
  }

  private static List<Verdict> verdicts(int labelled, Map<String, Double> metrics) {
    return ModelVerdicts.of(bundle(labelled, metrics));
  }

  private static Map<String, Double> metrics(double error, double dependence, double share) {
    return metrics(error, dependence, 0.05, share);
  }

  /**
   * @param movement of the reading of light by the pixels of shadow
   */
  private static Map<String, Double> metrics(
      double error, double dependence, double movement, double share) {
    return Map.of(
        "label.heldOut.0", error / 2,
        "label.heldOut.1", error,
        "residual.distanceCorrelation", dependence,
        "ownPixels.0.1", 0.01,
        "ownPixels.1.0", -movement,
        "reconstruction.shareOfVariance", share);
  }

  @Test
  void shouldGradeCategoriesByTheirAccuracy() {
    // Given a category and a real factor
    List<Latent> latents =
        List.of(
            new Latent(0, "light", true, null, List.of("off", "on")),
            new Latent(1, "shadow", true));
    // When
    Verdict read = names(latents, 0.05, 0.2);
    Verdict doubtful = names(latents, 0.06, 0.2);
    Verdict unread = names(latents, 0.26, 0.2);
    // Then
    assertThat(read.grade()).isEqualTo(Grade.GOOD);
    assertThat(doubtful.grade()).isEqualTo(Grade.DOUBTFUL);
    assertThat(doubtful.evidence())
        .startsWith("at least 94.0 % of the labels of each category are read (light worst)");
    assertThat(unread.grade()).isEqualTo(Grade.BAD);
  }

  private static Verdict names(List<Latent> latents, double missed, double error) {
    Map<String, Double> measured =
        Map.of(
            "label.heldOut.0",
            missed,
            "label.heldOut.1",
            error,
            "residual.distanceCorrelation",
            0.1,
            "reconstruction.shareOfVariance",
            0.05);
    return ModelVerdicts.of(bundle(100, measured).renamed(latents)).get(0);
  }

  @Test
  void shouldGradeEachAspectByItsThresholds() {
    // When, Then at and above each threshold
    assertThat(verdicts(100, metrics(0.25, 0.12, 0.1)))
        .extracting(Verdict::grade)
        .containsOnly(Grade.GOOD);
    assertThat(verdicts(100, metrics(0.26, 0.13, 0.06, 0.11)))
        .extracting(Verdict::grade)
        .containsOnly(Grade.DOUBTFUL);
    assertThat(verdicts(100, metrics(0.5, 0.2, 0.15, 0.5)))
        .extracting(Verdict::grade)
        .containsOnly(Grade.DOUBTFUL);
    assertThat(verdicts(100, metrics(0.51, 0.21, 0.16, 0.51)))
        .extracting(Verdict::grade)
        .containsOnly(Grade.BAD);
  }

  @Test
  void shouldGiveEvidenceWithFigures() {
    // When
    List<Verdict> verdicts = verdicts(100, metrics(0.3, 0.3, 0.3));
    // Then
    assertThat(verdicts)
        .extracting(Verdict::aspect)
        .containsExactly(
            Aspect.NAMES, Aspect.INDEPENDENCE, Aspect.OWN_PIXELS, Aspect.RECONSTRUCTION);
    assertThat(verdicts.get(0).evidence())
        .isEqualTo(
            "labels are missed by at most 0.30 standard deviations (shadow), on labelled frames that did not train it");
    assertThat(verdicts.get(1).evidence()).contains("is 0.30 on", "at most 0.12");
    assertThat(verdicts.get(3).evidence()).contains("30.0 % of the pixel variance");
  }

  /** The next step after a training with these hyper-parameters and warnings. */
  private static String next(
      Map<String, String> hyper, List<String> warnings, Map<String, Double> metrics) {
    ModelBundle bundle = bundle(100, metrics);
    Map<String, String> all = new HashMap<>(Map.of("steps", "3000", "graph", "searched"));
    all.putAll(hyper);
    List<Verdict> verdicts =
        ModelVerdicts.of(
            bundle
                .withProvenance(bundle.manifest().provenance().withHyperParameters(all))
                .with(ModelBundle.WARNINGS, TrainingHistory.toLines(warnings)));
    assertThat(verdicts).extracting(Verdict::next).filteredOn(Objects::nonNull).hasSize(1);
    return ModelVerdicts.next(verdicts);
  }

  @Test
  void shouldAskForMoreStepsBeforeAnythingElse() {
    // Given a model on which everything is doubtful, and an uncertain edge
    Map<String, Double> doubtful = metrics(0.3, 0.3, 0.3);

    // When, Then a training without a number of steps, then twice as many, then more latents
    assertThat(next(Map.of(), UNCERTAIN, doubtful))
        .isEqualTo("residua train --data DATA --out NEW.residua");
    assertThat(next(Map.of("steps", "9000", "stable", "false"), UNCERTAIN, doubtful))
        .isEqualTo("residua train --data DATA --steps 18000 --out NEW.residua");
    assertThat(next(Map.of("steps", "1800", "stable", "true"), UNCERTAIN, doubtful))
        .isEqualTo("residua train --data DATA --latents 4 --out NEW.residua");
  }

  @Test
  void shouldAskForTheGraphBeforeFactorsOrRuns() {
    // Given a model that reconstructs well
    Map<String, Double> dependent = metrics(0.3, 0.3, 0.1);

    // When, Then
    String graph = "residua model graph MODEL --data DATA";
    assertThat(next(Map.of(), List.of(), dependent)).isEqualTo(graph);
    assertThat(next(Map.of(), UNCERTAIN, metrics(0.1, 0.1, 0.1))).isEqualTo(graph);
    for (String known : List.of("given", "searched under constraints", "searched again on x")) {
      assertThat(next(Map.of("graph", known), UNCERTAIN, dependent))
          .isEqualTo("residua train --data DATA --runs 3 --out NEW.residua");
    }
  }

  @Test
  void shouldAskForLabelsIfOnlyNamesAreDoubtful() {
    assertThat(next(Map.of(), List.of(), metrics(0.3, 0.1, 0.1)))
        .startsWith("residua dataset import");
  }

  private static ModelBundle with(ModelBundle bundle, ModelFinding... findings) {
    return bundle.with(ModelBundle.FINDINGS, ModelFinding.toLines(List.of(findings)));
  }

  @Test
  void shouldNameTheTwoLatentsOfTheLargestMovement() {
    // When
    Verdict verdict = verdicts(100, metrics(0.1, 0.1, 0.3, 0.1)).get(2);
    Verdict unknown = verdicts(100, Map.of()).get(2);
    // Then
    assertThat(verdict.evidence())
        .startsWith(
            "the reading of light moves by -0.30 standard deviations if only the pixels of shadow change by one");
    assertThat(unknown.grade()).isEqualTo(Grade.DOUBTFUL);
    assertThat(unknown.evidence()).contains("not known");
  }

  @Test
  void shouldSayThatSizesAreCorrectedOnlyIfTheyAre() {
    // Given figures of models that lean: with a known spread, with one too large, and with none
    Map<String, Double> corrected = new HashMap<>(metrics(0.1, 0.1, 0.3, 0.1));
    corrected.put("leaning.leakage", 0.4);
    Map<String, Double> tooLarge = new HashMap<>(metrics(0.1, 0.1, 0.3, 0.1));
    tooLarge.put("leaning.leakage", 1.2);
    // When, Then
    assertThat(verdicts(100, corrected).get(2).evidence())
        .endsWith("so diagnoses correct sizes for it");
    assertThat(verdicts(100, tooLarge).get(2).evidence()).endsWith("at most 0.05");
    assertThat(verdicts(100, metrics(0.1, 0.1, 0.3, 0.1)).get(2).evidence())
        .endsWith("at most 0.05");
  }

  @Test
  void shouldNeverDropAFactorWhileTheReconstructionIsDoubtful() {
    // Given effects without noise of their own
    ModelBundle found =
        with(
            bundle(100, metrics(0.1, 0.1, 0.11)),
            new ModelFinding(Aspect.INDEPENDENCE, "shadow has no noise of its own"));
    ModelBundle reproduced =
        found.withProvenance(found.manifest().provenance().withMetrics(metrics(0.1, 0.1, 0.1)));

    // When, Then
    assertThat(ModelVerdicts.next(ModelVerdicts.of(found))).doesNotContain("--factors");
    assertThat(ModelVerdicts.next(ModelVerdicts.of(reproduced)))
        .isEqualTo("residua train --data DATA --factors NAME,... --out NEW.residua");
  }

  @Test
  void shouldProposeThePromotionOnlyIfAllIsGood() {
    assertThat(next(Map.of(), List.of(), metrics(0.1, 0.1, 0.1)))
        .isEqualTo("residua model promote MODEL --reason TEXT");
    assertThat(next(Map.of(), List.of(), metrics(0.3, 0.1, 0.1))).doesNotContain("promote");
    assertThat(next(Map.of(), List.of(), metrics(0.1, 0.1, 0.06, 0.1))).doesNotContain("promote");
  }

  @Test
  void shouldDoubtNamesThatNoLabelChecks() {
    // When
    Verdict unchecked = verdicts(100, Map.of("label.error", 0.01)).get(0);
    Verdict few = verdicts(59, metrics(0.01, 0.1, 0.1)).get(0);
    // Then
    assertThat(unchecked.grade()).isEqualTo(Grade.DOUBTFUL);
    assertThat(unchecked.evidence()).contains("no label checks the names", "100 labelled frames");
    assertThat(few.grade()).isEqualTo(Grade.DOUBTFUL);
    assertThat(few.evidence()).contains("only 59 labelled frames");
  }

  @Test
  void shouldDoubtWhatIsNotKnown() {
    assertThat(verdicts(0, Map.of("held.error.light", 0.05)))
        .extracting(Verdict::grade)
        .containsOnly(Grade.DOUBTFUL);
  }

  @Test
  void shouldGradeNamesByTheAnswersThatWereKeptBack() {
    assertThat(taught(0.12, 0.1)).isEqualTo(Grade.GOOD);
    assertThat(taught(0.13, 0.1)).isEqualTo(Grade.DOUBTFUL);
    assertThat(taught(0.12, 0.11)).isEqualTo(Grade.DOUBTFUL);
    assertThat(taught(0.12, Double.NaN)).as("no pair checks them").isEqualTo(Grade.DOUBTFUL);
    assertThat(taught(0.6, 0.1)).isEqualTo(Grade.BAD);
    assertThat(taught(0.12, 1.1)).isEqualTo(Grade.BAD);
  }

  private static Grade taught(double missed, double held) {
    Map<String, Double> metrics = new HashMap<>(Map.of("answers.missed.light", missed));
    if (!Double.isNaN(held)) {
      metrics.put("held.error.light", held);
    }
    return verdicts(0, metrics).get(0).grade();
  }

  @Test
  void shouldTakeFiguresOfOtherFramesInPlaceOfThoseOfTheTraining() {
    // When
    Verdict verdict =
        ModelVerdicts.of(
                bundle(100, metrics(0.1, 0.1, 0.1)),
                Map.of("reconstruction.shareOfVariance", 0.7),
                "frames of winter")
            .get(3);
    // Then
    assertThat(verdict.grade()).isEqualTo(Grade.BAD);
    assertThat(verdict.evidence()).contains("70.0 %", "frames of winter");
  }

  @Test
  void shouldBeBadWhereTheTrainingFoundSomething() {
    // Given
    ModelBundle found =
        with(
            bundle(100, metrics(0.1, 0.1, 0.1)),
            new ModelFinding(Aspect.NAMES, "light folds"),
            new ModelFinding(Aspect.NAMES, "shadow folds"));
    // When
    List<Verdict> verdicts = ModelVerdicts.of(found);
    // Then
    assertThat(verdicts)
        .extracting(Verdict::grade)
        .containsExactly(Grade.BAD, Grade.GOOD, Grade.GOOD, Grade.GOOD);
    assertThat(verdicts.get(0).evidence()).isEqualTo("light folds (and 1 more)");
  }

  @Test
  void shouldFindNothingBadInTheShippedModel() throws Exception {
    // Given
    try (InputStream in =
        Objects.requireNonNull(getClass().getResourceAsStream("/models/pendulum.residua"))) {
      ModelBundle shipped = ModelBundle.read(in, "shipped");
      // When, Then
      assertThat(shipped.findings()).isEmpty();
      assertThat(ModelVerdicts.of(shipped))
          .extracting(Verdict::grade)
          .containsExactly(Grade.GOOD, Grade.GOOD, Grade.DOUBTFUL, Grade.GOOD);
    }
  }
}
