package dev.residua.renewal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.app.model.Models;
import dev.residua.app.model.OpenModel;
import dev.residua.causal.CausalModel;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NetworkEngine;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.dl4j.PerturbedNetworks;
import dev.residua.drift.DriftSettings;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlanCodec;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioEvent;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.FramesInMemory;
import dev.residua.testing.TestEngine;
import dev.residua.training.ModelCalibration;
import dev.residua.training.TrainingData;
import dev.residua.training.TrainingProgress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Candidates against the shipped model, on pictures of the noisy pendulum: each bad one is refused,
 * and by the rule that says what is wrong with it.
 */
@Tag("slow")
class GateTrialTest {
  private static final int HELD = 1_500;
  private static final int CALIBRATION = 2_500;
  private static final DriftSettings FAST = DriftSettings.DEFAULTS.withSimulation(300, 768);
  private static final Pendulum SCENE = new Pendulum();

  private static ModelBundle shipped;
  private static ImageShape image;
  private static TrainingData usual;

  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeAll
  static void draw() throws BadBundleException {
    shipped = Models.read(Optional.empty());
    image = shipped.manifest().image();
    usual = frames("usual", 701, HELD, List.of());
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private static TrainingData frames(
      String name, long seed, int count, List<ScenarioEvent> events) {
    List<Double> noise = Arrays.stream(SCENE.usualNoise()).boxed().toList();
    return new FramesInMemory(
        name,
        new ScenarioStream(new Scenario(SCENE, noise, 20, seed, 0, count, events), image),
        count);
  }

  private static ScenarioEvent lasting(
      ScenarioEvent.Kind kind, String node, int frames, double size) {
    return new ScenarioEvent(kind, node, 0, frames, size, 0.1);
  }

  private ExaminedModel examined(ModelBundle bundle) {
    return examined(bundle, scorer -> scorer);
  }

  private ExaminedModel examined(ModelBundle bundle, UnaryOperator<ResidualScorer> wrapped) {
    OpenModel model = OpenModel.of(bundle, 1);
    open.add(model);
    ExaminedModel plain = model.examined();
    return new ExaminedModel(
        bundle,
        wrapped.apply(plain.scorer()),
        plain.calibration(),
        plain.appearance(),
        plain.decoder(),
        plain.equations(),
        plain.monitor());
  }

  private static ModelBundle calibrated(ModelBundle bundle, TrainingData data) {
    return calibrated(bundle, data, scorer -> scorer);
  }

  private static ModelBundle calibrated(
      ModelBundle bundle, TrainingData data, UnaryOperator<ResidualScorer> wrapped) {
    try (OpenModel model = OpenModel.of(bundle, 1)) {
      return ModelCalibration.again(
          bundle,
          wrapped.apply(model.examined().scorer()),
          model.examined().decoder(),
          data,
          FAST,
          5,
          TrainingProgress.SILENT);
    }
  }

  private static ModelEvaluator.Pair examine(
      ExaminedModel champion, ExaminedModel candidate, TrainingData data, LongSupplier nanos) {
    return ModelEvaluator.examine(
        ExaminationSettings.DEFAULTS, champion, candidate, HeldOutSet.all(data), nanos, done -> {});
  }

  private static GateVerdict judge(
      ExaminedModel champion, ExaminedModel candidate, TrainingData data, LongSupplier nanos) {
    ModelEvaluator.Pair pair = examine(champion, candidate, data, nanos);
    return Gate.decide(GatePolicy.DEFAULTS, pair.champion(), pair.candidate());
  }

  /** A clock that advances by a microsecond at each reading. */
  private static LongSupplier steady() {
    AtomicLong now = new AtomicLong();
    return () -> now.addAndGet(1_000);
  }

  /** A scorer whose latents are changed, before the equations are evaluated. */
  private static ResidualScorer altered(
      ResidualScorer scorer, StructuralEquations equations, Consumer<LatentBatch> change) {
    NetworkEngine engine =
        new TestEngine(scorer.imageShape(), scorer.latents(), (pixels, offset, code) -> 0) {
          @Override
          public Encoded encodeAndReconstruct(byte[] pixels, int frames, List<PixelMask> masks) {
            LatentBatch batch = scorer.score(FrameInputs.of(pixels, frames).masked(masks));
            change.accept(batch);
            return new Encoded(batch.observed(), batch.reconstructionErrors());
          }
        };
    return new ResidualScorer(engine, CausalModel.of(scorer.latents(), equations), PixelMask.NONE);
  }

  /**
   * Replaces the latent of shadow_length, whose equation is removed, by noise that has nothing to
   * do with the picture; equal frames get equal noise.
   *
   * @param deviation of the noise
   */
  private static ResidualScorer lost(ResidualScorer scorer, double deviation) {
    int d = scorer.latents();
    StructuralEquations own = equations();
    float[] intercepts = own.intercepts().clone();
    float[] linear = own.linear().clone();
    float[] weights = own.weights().clone();
    intercepts[2] = 0;
    for (int i = 2; i < linear.length; i += d) {
      linear[i] = 0;
    }
    for (int i = 2; i < weights.length; i += d) {
      weights[i] = 0;
    }
    return altered(
        scorer,
        new StructuralEquations(intercepts, linear, own.frequencies(), own.phases(), weights),
        batch -> {
          float[] z = batch.observed();
          for (int at = 0; at < z.length; at += d) {
            z[at + 2] =
                (float) (deviation * new Random(Float.floatToIntBits(z[at]) * 31L).nextGaussian());
          }
        });
  }

  private static StructuralEquations equations() {
    try {
      return shipped.network().equations();
    } catch (BadBundleException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldKeepTheChampionAgainstACopyOfIt() {
    // When
    GateVerdict verdict = judge(examined(shipped), examined(shipped), usual, steady());
    // Then
    assertThat(verdict.broken()).as(verdict.toText()).containsExactly(GateRule.NO_BETTER);
    assertThat(verdict.sentence()).startsWith("kept: ");
    assertThat(verdict.faults()).isEqualTo(2 * (2 * 4 + 2) + 5);
    // The shipped model sees nearly all and blames nearly always right.
    assertThat(verdict.ruling(GateRule.DETECTION).champion()).isGreaterThan(0.9);
    assertThat(verdict.ruling(GateRule.LOCALISATION).champion()).isGreaterThan(0.9);
  }

  @Test
  void shouldRefuseAWorseNetworkByItsReconstruction() throws Exception {
    // Given weights that are wrong by 2 %, calibrated as well as can be
    ModelBundle spoilt =
        shipped.with(
            ModelBundle.NETWORK,
            NetworkPlanCodec.toBytes(PerturbedNetworks.of(shipped.network(), 0.02, 9)));
    ModelBundle worse = calibrated(spoilt, frames("calibration", 702, CALIBRATION, List.of()));
    // When
    GateVerdict verdict = judge(examined(shipped), examined(worse), usual, steady());
    // Then
    assertThat(verdict.broken())
        .as(verdict.toText())
        .containsExactly(GateRule.RECONSTRUCTION, GateRule.NO_BETTER);
  }

  @Test
  void shouldRefuseAModelThatTookAFaultForNormal() {
    // Given a calibration in which the shadow's length is off all the time
    List<ScenarioEvent> broken =
        List.of(lasting(ScenarioEvent.Kind.OFFSET, "shadow_length", CALIBRATION, 3));
    ModelBundle poisoned = calibrated(shipped, frames("poison", 703, CALIBRATION, broken));
    // When
    GateVerdict verdict = judge(examined(shipped), examined(poisoned), usual, steady());
    // Then
    assertThat(verdict.broken())
        .as(verdict.toText())
        .containsExactly(
            GateRule.CALIBRATION, GateRule.RUN_LENGTH, GateRule.DETECTION, GateRule.NO_BETTER);
    assertThat(verdict.ruling(GateRule.CALIBRATION).sentence()).contains("shadow_length");
  }

  @Tag("soak")
  @Test
  void shouldRefuseAModelWhoseThresholdsSwallowFaults() {
    // Given a calibration in which the shadow's length is off in a seventh of the frames only, so
    // that quiet frames raise no alarm
    List<ScenarioEvent> broken =
        List.of(lasting(ScenarioEvent.Kind.OFFSET, "shadow_length", CALIBRATION * 3 / 20, 4));
    ModelBundle poisoned = calibrated(shipped, frames("sly", 704, CALIBRATION, broken));
    // When
    GateVerdict verdict = judge(examined(shipped), examined(poisoned), usual, steady());
    // Then
    assertThat(verdict.ruling(GateRule.RUN_LENGTH).passed()).isTrue();
    assertThat(verdict.broken())
        .as(verdict.toText())
        .containsExactly(
            GateRule.CALIBRATION,
            GateRule.DETECTION,
            GateRule.DELAY,
            GateRule.LOCALISATION,
            GateRule.NO_BETTER);
  }

  @Tag("soak")
  @Test
  void shouldRefuseACollapsedLatent() {
    // Given a latent that stands still but for rounding, and a calibration that fits it
    UnaryOperator<ResidualScorer> still = scorer -> lost(scorer, 1e-3);
    ModelBundle collapsed =
        calibrated(shipped, frames("calibration", 702, CALIBRATION, List.of()), still);
    // When
    GateVerdict verdict = judge(examined(shipped), examined(collapsed, still), usual, steady());
    // Then
    assertThat(verdict.broken())
        .as(verdict.toText())
        .contains(GateRule.COLLAPSE, GateRule.MONITORABILITY, GateRule.NO_BETTER)
        .doesNotContain(GateRule.CALIBRATION, GateRule.RUN_LENGTH);
  }

  @Tag("soak")
  @Test
  void shouldRefuseALatentThatHasLostThePicture() {
    // Given a latent that varies as it should, but with nothing in the picture
    UnaryOperator<ResidualScorer> lost = scorer -> lost(scorer, 1);
    ModelBundle blind =
        calibrated(shipped, frames("calibration", 702, CALIBRATION, List.of()), lost);
    // When
    GateVerdict verdict = judge(examined(shipped), examined(blind, lost), usual, steady());
    // Then
    assertThat(verdict.broken())
        .as(verdict.toText())
        .contains(GateRule.LOCALISATION, GateRule.MONITORABILITY)
        .doesNotContain(GateRule.CALIBRATION, GateRule.COLLAPSE);
    assertThat(verdict.ruling(GateRule.LOCALISATION).sentence())
        .endsWith("it never names shadow_length");
  }

  @Test
  void shouldRefuseASlowOneByItsTime() {
    // Given a clock that a scorer's work moves on, and a scorer that does thrice the work
    AtomicLong now = new AtomicLong();
    UnaryOperator<ResidualScorer> usualPace = scorer -> paced(scorer, now, 1_000);
    UnaryOperator<ResidualScorer> slow = scorer -> paced(scorer, now, 3_000);
    // When
    GateVerdict verdict =
        judge(examined(shipped, usualPace), examined(shipped, slow), usual, now::get);
    // Then
    assertThat(verdict.broken())
        .as(verdict.toText())
        .containsExactly(GateRule.SPEED, GateRule.NO_BETTER);
    assertThat(verdict.ruling(GateRule.SPEED).champion()).isEqualTo(1_000);
    assertThat(verdict.ruling(GateRule.SPEED).candidate()).isEqualTo(3_000);
  }

  private static ResidualScorer paced(ResidualScorer scorer, AtomicLong now, long nanosPerFrame) {
    return altered(scorer, equations(), batch -> now.addAndGet(nanosPerFrame * batch.frames()));
  }

  @Test
  void shouldPromoteAModelOfTheWorldAsItIs() {
    // Given a lamp that stands more to one side than it used to, which breaks no mechanism
    ScenarioEvent.Kind drift = ScenarioEvent.Kind.COVARIATE_DRIFT;
    TrainingData moved =
        frames("moved", 705, CALIBRATION, List.of(lasting(drift, "light", CALIBRATION, 0.6)));
    TrainingData later =
        frames("moved later", 706, HELD, List.of(lasting(drift, "light", HELD, 0.6)));
    ModelBundle better = calibrated(shipped.with(ModelBundle.GATE_VERDICT, new byte[] {1}), moved);
    // When
    ModelEvaluator.Pair pair = examine(examined(shipped), examined(better), later, steady());
    GateVerdict verdict = Gate.decide(GatePolicy.DEFAULTS, pair.champion(), pair.candidate());
    GateVerdict stale = Gate.decide(GatePolicy.DEFAULTS, pair.candidate(), pair.champion());
    // Then
    assertThat(verdict.broken()).as(verdict.toText()).isEmpty();
    assertThat(better.find(ModelBundle.GATE_VERDICT)).as("verdict on its parent").isEmpty();
    assertThat(verdict.ruling(GateRule.RUN_LENGTH).champion()).isGreaterThan(20);
    assertThat(verdict.ruling(GateRule.NO_BETTER).sentence())
        .contains("p-values of light were", "on quiet frames the champion alarms");
    assertThat(stale.broken())
        .as(stale.toText())
        .contains(GateRule.CALIBRATION, GateRule.RUN_LENGTH, GateRule.DETECTION);
  }

  @Tag("soak")
  @Test
  void shouldRefuseAModelWhoseThresholdsSwallowFaultsWhereTheWorldHasMovedToo() {
    // Given a champion that is no longer a measure, and a calibration with a fault in a seventh
    ScenarioEvent.Kind drift = ScenarioEvent.Kind.COVARIATE_DRIFT;
    int broken = CALIBRATION * 3 / 20;
    List<ScenarioEvent> events =
        List.of(
            lasting(ScenarioEvent.Kind.OFFSET, "shadow_length", broken, 4),
            new ScenarioEvent(drift, "light", broken, CALIBRATION - broken, 0.6, 0.1));
    TrainingData later =
        frames("moved later", 706, HELD, List.of(lasting(drift, "light", HELD, 0.6)));
    ModelBundle poisoned = calibrated(shipped, frames("sly", 704, CALIBRATION, events));
    // When
    GateVerdict verdict = judge(examined(shipped), examined(poisoned), later, steady());
    // Then
    assertThat(verdict.broken()).as(verdict.toText()).contains(GateRule.CALIBRATION);
    assertThat(verdict.ruling(GateRule.DETECTION).champion()).isLessThan(0.1);
  }

  @Test
  void shouldGiveTheSameVerdictAgain() {
    // Given few frames and faults
    TrainingData few = frames("few", 707, 300, List.of());
    ExaminationSettings small =
        new ExaminationSettings(4, 20_000, 16, 64, 2, 0.75, 2, 8, 32, 200, 7);
    ExaminedModel model = examined(shipped);
    HeldOutSet heldOut =
        new HeldOutSet(
            few, List.of(IntStream.range(0, 180).toArray(), IntStream.range(200, 300).toArray()));
    // When
    ModelEvaluator.Pair first =
        ModelEvaluator.examine(small, model, model, heldOut, steady(), done -> {});
    ModelEvaluator.Pair second =
        ModelEvaluator.examine(small, model, model, heldOut, steady(), done -> {});
    // Then
    assertThat(first.champion().faults()).hasSize(8).isEqualTo(second.champion().faults());
    assertThat(first.champion().frames()).isEqualTo(280);
    assertThat(Gate.decide(GatePolicy.DEFAULTS, first.champion(), first.candidate()).toJson())
        .isEqualTo(
            Gate.decide(GatePolicy.DEFAULTS, second.champion(), second.candidate()).toJson());
  }

  @Test
  void shouldRefuseFramesThatAreTooFewOrTooShort() {
    ExaminedModel model = examined(shipped);
    TrainingData few = frames("few", 707, 199, List.of());
    assertThatThrownBy(() -> judge(model, model, few, steady()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "199 held-out frames of few are too few to compare two models, expected at least 200");
    List<int[]> pieces =
        IntStream.range(0, 15)
            .mapToObj(s -> IntStream.range(100 * s, 100 * s + 100).toArray())
            .toList();
    assertThatThrownBy(
            () ->
                ModelEvaluator.examine(
                    ExaminationSettings.DEFAULTS,
                    model,
                    model,
                    new HeldOutSet(usual, pieces),
                    steady(),
                    done -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "no held-out sequence has 160 frames, needed for a fault of 96 frames after 64 quiet ones; the longest has 100");
  }
}
