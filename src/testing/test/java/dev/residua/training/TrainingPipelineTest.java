package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.dl4j.LancaTrainer;
import dev.residua.dl4j.RandomNetworks;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.testing.Scorers;
import dev.residua.testing.Spots;
import dev.residua.training.graph.GraphConstraints;
import java.io.ByteArrayInputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TrainingPipelineTest {
  private static final ImageShape IMAGE = new ImageShape(32, 32, 1);
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withLatents(2).withBatches(16, 16).withSteps(80).withSeed(3);

  private static TrainingPipeline pipeline() {
    return new TrainingPipeline(
        new LancaTrainer(),
        OnnxEngine::new,
        OnnxLatentDecoder::of,
        Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC),
        "test",
        new ExactDagSearchSettings(40, 1e-4, 0.1, 1_000, 2, 1),
        new MechanismSettings(32, new double[] {1.4}, new double[] {1e-5}, 2_000, 1),
        DriftSettings.DEFAULTS
            .withSimulation(50, 512)
            .withFrequencies(16)
            .withTargetRunLength(1_000));
  }

  @Test
  void shouldCompareCategoriesByTheirLargestLogitAndNumbersByThemselves() {
    // Given a real latent and one of two categories, for two frames
    NodeColumns columns = NodeColumns.of(1, 2);
    float[] one = {1, -31, 0.5f, 3, 0, 1};
    // When, then
    float[] logitApart = {1, -31, 0.504f, 3, 0, 1};
    float[] numberApart = {1, -31, 0.5f, 3.004f, 0, 1};
    float[] none = {1, -31, 0.5f, 3, Float.NaN, 1};
    assertThat(EngineAgreement.disagreement(one, one, columns)).isZero();
    assertThat(EngineAgreement.disagreement(one, logitApart, columns))
        .isCloseTo(0.004 / 32, within(1e-7));
    assertThat(EngineAgreement.disagreement(one, numberApart, columns))
        .isCloseTo(0.004 / 4, within(1e-6));
    assertThat(EngineAgreement.disagreement(one, none, columns)).isNaN();
  }

  @Test
  void shouldMakeABundleThatScoresFramesAndPassesItsSelfTest() throws Exception {
    // Given
    Spots data = new Spots(IMAGE, 1_200, 2, 1);
    GraphConstraints known =
        GraphConstraints.exactly(
            CausalGraph.of(
                List.of("cause", "effect"), new boolean[][] {{false, true}, {false, false}}));
    // When
    TrainingReport report = pipeline().run(data, SETTINGS, known, null, TrainingProgress.SILENT);
    // Then the bundle survives a round trip
    ModelBundle bundle =
        ModelBundle.read(new ByteArrayInputStream(report.bundle().toBytes()), "test");
    assertThat(bundle.manifest().latents())
        .extracting(latent -> latent.withFactor(null))
        .containsExactly(new Latent(0, "cause", true), new Latent(1, "effect", true));
    assertThat(bundle.graph().hasEdge(0, 1)).isTrue();
    assertThat(bundle.manifest().provenance().labelledFrames()).isEqualTo(420);
    assertThat(bundle.manifest().provenance().dataRange())
        .isEqualTo("frames 0..839, calibration 840..1199");
    assertThat(TrainingHistory.fromCsv(bundle.entry(ModelBundle.LOSSES)))
        .hasSize(SETTINGS.steps())
        .allSatisfy(losses -> assertThat(losses.reconstruction()).isPositive());
    assertThat(TrainingHistory.fromLines(bundle.entry(ModelBundle.WARNINGS)))
        .isEqualTo(report.warnings());
    assertThat(report.metrics().get("onnx.disagreement")).isLessThan(1e-5);
    assertThat(report.metrics().get("reconstruction.shareOfVariance")).isLessThan(0.95);
    // and its scorer names the cause with the sign of its label
    try (ResidualScorer scorer = Scorers.onnx(bundle.network())) {
      SelfTest.check(bundle, scorer);
      byte[] pixels = new byte[100 * IMAGE.size()];
      double product = 0;
      for (int i = 0; i < 100; i++) {
        data.read(1_000 + i, pixels, i * IMAGE.size());
      }
      LatentBatch batch = scorer.score(FrameInputs.of(pixels, 100));
      for (int i = 0; i < 100; i++) {
        product += batch.observed()[2 * i] * data.truth(1_000 + i)[0];
      }
      assertThat(product / 100).isGreaterThan(0.25);
    }
    // and a scorer of another model is refused
    try (ResidualScorer other = Scorers.onnx(RandomNetworks.of(IMAGE, 2, 1))) {
      assertThatThrownBy(() -> SelfTest.check(bundle, other))
          .isInstanceOf(BadBundleException.class)
          .hasMessageContaining("self-test")
          .hasMessageContaining(bundle.id());
    }
  }

  @Test
  void shouldTrainInRoundsToTheSameModelAgain() throws Exception {
    // Given
    Spots data = new Spots(IMAGE, 1_200, 2, 1);
    TrainingSettings settings = SETTINGS.withSteps(150).withUntilStable(true);
    // When
    TrainingReport one = pipeline().run(data, settings, null, null, TrainingProgress.SILENT);
    TrainingReport other = pipeline().run(data, settings, null, null, TrainingProgress.SILENT);
    // Then
    assertThat(one.bundle().entry(ModelBundle.WEIGHTS))
        .isEqualTo(other.bundle().entry(ModelBundle.WEIGHTS));
    assertThat(one.bundle().manifest().provenance().hyperParameters().get("steps"))
        .isIn("10", "30", "60", "100", "150")
        .isEqualTo(other.bundle().manifest().provenance().hyperParameters().get("steps"));
    assertThat(one.warnings()).noneMatch(warning -> warning.contains("a new training"));
  }

  @Test
  void shouldNameLatentsByHeldPairsWithoutLabels() throws Exception {
    // Given
    Spots data = new Spots(IMAGE, 1_800, 0, 200, 1);
    // When
    TrainingReport report = pipeline().run(data, SETTINGS, null, null, TrainingProgress.SILENT);
    // Then
    ModelBundle bundle = report.bundle();
    assertThat(bundle.manifest().latents())
        .containsExactly(new Latent(0, "cause", true), new Latent(1, "effect", true));
    assertThat(bundle.manifest().provenance().labelledFrames()).isZero();
    assertThat(bundle.manifest().provenance().hyperParameters())
        .containsEntry("heldPairs", "174")
        .containsEntry("learntGraph", "not learnt");
    assertThat(report.metrics().get("training.held")).isLessThan(0.5);
    assertThat(report.warnings())
        .anyMatch(w -> w.contains("[cause, effect] are named by held pairs alone"));
    // and latents have mean 0 and variance 1 over the training frames
    try (ResidualScorer scorer = Scorers.onnx(bundle.network())) {
      byte[] pixels = new byte[1_260 * IMAGE.size()];
      for (int i = 0; i < 1_260; i++) {
        data.read(i, pixels, i * IMAGE.size());
      }
      float[] z = scorer.score(FrameInputs.of(pixels, 1_260)).observed();
      for (int k = 0; k < 2; k++) {
        double mean = 0;
        double squares = 0;
        for (int i = 0; i < 1_260; i++) {
          mean += z[2 * i + k] / 1_260;
          squares += z[2 * i + k] * z[2 * i + k] / 1_260;
        }
        assertThat(mean).isCloseTo(0, within(1e-3));
        assertThat(squares).isCloseTo(1, within(1e-3));
      }
    }
  }

  @Test
  void shouldSpreadLabelsOverTheTrainingRange() {
    // Given
    Spots data = new Spots(new ImageShape(16, 16, 1), 100, 2, 1);
    // When
    int[] some = TrainingInput.labelled(data, 70, 5);
    // Then
    assertThat(some).containsExactly(0, 14, 28, 42, 56);
    assertThat(TrainingInput.labelled(data, 70, 1_000)).hasSize(35);
    assertThat(TrainingInput.labelled(data, 70, 0)).isEmpty();
  }

  @Test
  void shouldReportHowManyFramesAreMissing() {
    // Given
    Spots data = new Spots(new ImageShape(16, 16, 1), 200, 2, 1);
    // When
    // Then
    assertThatThrownBy(() -> pipeline().run(data, SETTINGS, null, null, TrainingProgress.SILENT))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("200 frames give 140 to train on and 60 to calibrate with");
  }
}
