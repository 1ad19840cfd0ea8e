package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.PixelMask;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.model.NetworkPlan;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.testing.AdditiveNoise;
import dev.residua.testing.TestEngine;
import dev.residua.training.graph.GraphConstraints;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class GraphRevisionTest {
  private static final int FRAMES = 2_000;
  private static final ExactDagSearchSettings SEARCH =
      new ExactDagSearchSettings(100, 1e-4, 0.1, 1_500, 4, 1);
  private static final MechanismSettings MECHANISMS =
      new MechanismSettings(64, new double[] {1.4}, new double[] {1e-5}, 2_000, 1);
  private static final DriftSettings DRIFT =
      DriftSettings.DEFAULTS.withSimulation(50, 512).withFrequencies(16).withTargetRunLength(1_000);

  private static final KnownLatents DATA = new KnownLatents(FRAMES, 10, 1);
  private static final List<ResidualScorer> OPENED = new ArrayList<>();
  private static ModelBundle model;

  @BeforeAll
  static void train() throws TrainingFailedException {
    KnownLatents.Reader reader = new KnownLatents.Reader(z -> z);
    TrainingPipeline pipeline =
        new TrainingPipeline(
            reader,
            plan -> {
              NetworkEngine engine = reader.open(plan);
              OPENED.add(plan.scorer(engine));
              return engine;
            },
            OnnxLatentDecoder::of,
            Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC),
            "test",
            SEARCH,
            MECHANISMS,
            DRIFT);
    model =
        pipeline
            .run(DATA, TrainingSettings.DEFAULTS.withSeed(3), null, null, TrainingProgress.SILENT)
            .bundle();
  }

  /** The scorer of the finished model. */
  private static ResidualScorer trained() {
    return OPENED.get(OPENED.size() - 1);
  }

  /** The engine of the finished model with the equations of another one. */
  private static ResidualScorer refitted(NetworkPlan network) {
    return network.scorer(
        new TestEngine(trained().imageShape(), 4, (pixels, offset, code) -> 0) {
          @Override
          public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
            LatentBatch batch = trained().score(FrameInputs.of(pixels, frames));
            return new Encoded(batch.codes(), batch.reconstructionErrors());
          }
        });
  }

  private static GraphRevision revision(KnownLatents frames, @Nullable GraphConstraints known)
      throws TrainingFailedException {
    return revision(model, frames, known);
  }

  private static GraphRevision revision(
      ModelBundle of, KnownLatents frames, @Nullable GraphConstraints known)
      throws TrainingFailedException {
    return GraphRevision.of(
        of, trained(), frames, known, 3, SEARCH, MECHANISMS, TrainingProgress.SILENT);
  }

  /** Constraints that forbid an edge between two latents. */
  private static GraphConstraints without(int one, int other) {
    boolean[][] forbidden = new boolean[4][4];
    forbidden[one][other] = true;
    forbidden[other][one] = true;
    return new GraphConstraints(
        AdditiveNoise.NAMES, new boolean[4][4], forbidden, new boolean[4][4]);
  }

  @Test
  void shouldFindTheGraphOfTheTrainingAgain() throws Exception {
    // Given
    // When
    GraphRevision revision = revision(DATA, null);
    // Then
    assertThat(revision.searched().graph()).isEqualTo(model.graph());
    assertThat(revision.searchedFrames()).isEqualTo(1_400);
    assertThat(revision.testedFrames()).isEqualTo(600);
    assertThat(revision.sameData()).isTrue();
    assertThat(revision.doubts()).isEmpty();
    assertThat(revision.explainedVariance(2))
        .isCloseTo(
            model.manifest().provenance().metrics().get("explained.2"),
            within(1e-3)); // latents of the training were rounded to floats before scaling
  }

  @Test
  void shouldNameThePairThatLacksAnArrow() throws Exception {
    // Given
    // When
    GraphRevision revision = revision(DATA, without(2, 3));
    // Then
    assertThat(revision.searched().graph().hasEdge(2, 3)).isFalse();
    assertThat(revision.doubts())
        .contains("z3 and z4 still depend (p = 0.002): is there an arrow between them?");
  }

  @Test
  void shouldMakeAModelWithTheGraphAndItsCalibration() throws Exception {
    // Given
    GraphRevision revision = revision(DATA, without(2, 3));
    // When
    ModelBundle refitted = revision.refitted();
    ModelBundle made =
        revision.calibrated(refitted, refitted(refitted.network()), DRIFT, TrainingProgress.SILENT);
    // Then
    assertThat(made.graph()).isEqualTo(revision.searched().graph());
    assertThat(made.id()).startsWith(model.id() + "-graph-");
    assertThat(made.manifest().parentId()).isEqualTo(model.id());
    assertThat(made.entry(ModelBundle.WEIGHTS)).isEqualTo(model.entry(ModelBundle.WEIGHTS));
    ModelProvenance provenance = made.manifest().provenance();
    assertThat(provenance.hyperParameters().get("graph"))
        .isEqualTo(
            "searched under constraints, again on known latents, frames 0..1399, SHA-256 %s, seed 3"
                .formatted(DATA.sha256()));
    assertThat(provenance.hyperParameters().get("calibration"))
        .startsWith("known latents, 600 frames");
    assertThat(TrainingHistory.fromLines(made.entry(ModelBundle.WARNINGS)))
        .contains("said by the network")
        .containsAll(revision.doubts());
    AnomalyCalibration before =
        AnomalyCalibration.fromBytes(model.entry(ModelBundle.ANOMALY_CALIBRATION));
    AnomalyCalibration after =
        AnomalyCalibration.fromBytes(made.entry(ModelBundle.ANOMALY_CALIBRATION));
    assertThat(after.size()).isEqualTo(600);
    // Without its cause, the residual of z4 is larger; the equations of the roots are the same.
    assertThat(after.scale(3)).isGreaterThan(1.2f * before.scale(3));
    assertThat(after.scale(0)).isCloseTo(before.scale(0), within(1e-3f));
  }

  @Test
  void shouldReplaceTheDoubtsOfTheFormerGraph() throws Exception {
    // Given a model with doubts about its graph
    ModelBundle doubted =
        model.with(
            ModelBundle.WARNINGS,
            TrainingHistory.toLines(
                List.of(
                    "said by the network",
                    "data do not decide between z1 -> z3 and z3 -> z1: state it with --graph if you know",
                    "the edge z1 -> z3 is uncertain: it was found in 50 % of the half-samples; require or forbid it with --graph if you know",
                    "z1 and z2 still depend (p = 0.002): is there an arrow between them?",
                    "[z1] explain 1.0 % of z3: its residual is hardly more than its value")));
    // When
    ModelBundle refitted = revision(doubted, DATA, null).refitted();
    // Then
    assertThat(TrainingHistory.fromLines(refitted.entry(ModelBundle.WARNINGS)))
        .containsExactly("said by the network");
  }

  @Test
  void shouldRefuseTooFewFrames() {
    assertThatThrownBy(() -> revision(new KnownLatents(300, 10, 1), null))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessage(
            "300 frames give 210 to train on and 90 to calibrate with, needed are 100 and 256: give more frames");
  }
}
