package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelFinding;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.testing.AdditiveNoise;
import dev.residua.training.graph.GraphConstraints;
import dev.residua.training.metrics.ReadingError;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The phases after the training, on networks that give the factors exactly. */
@Tag("slow")
class AfterTheNetworkTest {
  private static final TrainingSettings SETTINGS = TrainingSettings.DEFAULTS.withSeed(3);
  private static final int FRAMES = 2_000;

  /** Effect of the third latent, and cause of none. */
  private static final int EFFECT = 3;

  static TrainingPipeline pipeline(KnownLatents.Reader reader) {
    return new TrainingPipeline(
        reader,
        reader::open,
        OnnxLatentDecoder::of,
        Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC),
        "test",
        new ExactDagSearchSettings(100, 1e-4, 0.1, 1_500, 4, 1),
        new MechanismSettings(64, new double[] {1.4}, new double[] {1e-5}, 2_000, 1),
        DriftSettings.DEFAULTS
            .withSimulation(50, 512)
            .withFrequencies(16)
            .withTargetRunLength(1_000));
  }

  private static TrainingReport run(KnownLatents data, UnaryOperator<double[]> warp)
      throws TrainingFailedException {
    return pipeline(new KnownLatents.Reader(warp))
        .run(data, SETTINGS, null, null, TrainingProgress.SILENT);
  }

  private static double[] warped(double[] z) {
    double[] out = z.clone();
    out[0] = z[0] - 0.4 * Math.sin(2 * z[0]);
    return out;
  }

  @Test
  void shouldFindTheGraphAndHaveOnlyTheNetworkWarn() throws Exception {
    // Given
    KnownLatents data = new KnownLatents(FRAMES, 10, 1);
    // When
    TrainingReport report = run(data, z -> z);
    // Then
    assertThat(report.graph().edges()).isDeepEqualTo(AdditiveNoise.graph().edges());
    assertThat(report.warnings()).containsExactly("said by the network");
    Map<String, String> hyper = report.bundle().manifest().provenance().hyperParameters();
    assertThat(hyper).containsEntry("graph", "searched").containsEntry("correctedLatents", "none");
    assertThat(report.metrics().get("label.error")).isLessThan(1e-5);
    assertThat(report.metrics().get("graph.confidence")).isGreaterThan(0.7);
    assertThat(report.bundle().findings()).isEmpty();
  }

  private static String found(UnaryOperator<double[]> warp) throws TrainingFailedException {
    TrainingReport report = run(new KnownLatents(FRAMES, 5, 1), warp);
    return String.join("\n", ModelFinding.sentences(report.bundle().findings()));
  }

  @Test
  void shouldFindAFactorThatFramesDoNotShow() throws Exception {
    // Given a latent that is a rough function of another factor
    UnaryOperator<double[]> blind =
        z -> new double[] {z[0], 0.1 * Math.sin(1_000 * z[0]), z[2], z[3]};
    // When, Then
    assertThat(found(blind))
        .contains("the frames do not determine z2: ", "while others are read", "--factors")
        .doesNotContain("determine z1");
  }

  @Test
  void shouldFindFactorsThatAreReadOnlyTogether() throws Exception {
    // Given readings of the sum of two independent factors
    UnaryOperator<double[]> sum =
        z -> {
          double mean = (z[0] + z[1]) / 2;
          return new double[] {mean, mean, z[2], z[3]};
        };
    // When, Then
    assertThat(found(sum))
        .contains("carry fewer numbers than factors: of a combination of z1, z2,");
  }

  @Test
  void shouldFindALatentWithoutNoiseOfItsOwn() throws Exception {
    // Given a reading of z4 that follows z3 alone, which is read
    UnaryOperator<double[]> follows =
        z -> new double[] {z[0], z[1], z[2], 0.7 * z[2] + 1e-4 * Math.sin(1_000 * z[3])};
    // When, Then
    assertThat(found(follows)).contains("z4 has no noise of its own that can be read: z3 explain");
  }

  @Test
  void shouldKeepLabelsToCheckTheModelIfNoneAreBehindTheTraining() throws Exception {
    // Given labels of 140 frames, all of which are in the training range
    KnownLatents data = new KnownLatents(FRAMES, 10, 1);
    data.labelOnly(1_400);
    // When
    TrainingReport report = run(data, z -> z);
    // Then
    assertThat(report.bundle().manifest().provenance().labelledFrames()).isEqualTo(140 - 28);
    assertThat(report.metrics().get("label.heldOut.0")).isLessThan(1e-5);
  }

  @Test
  void shouldCheckNamesByTheLabelsOfARecalibration() throws Exception {
    // Given a model without checked names
    KnownLatents.Reader reader = new KnownLatents.Reader(z -> z);
    ModelBundle model =
        pipeline(reader)
            .run(
                new KnownLatents(FRAMES, 10, 1),
                SETTINGS.withMaxLabels(100),
                null,
                null,
                TrainingProgress.SILENT)
            .bundle();
    KnownLatents other = new KnownLatents(FRAMES, 10, 2);
    KnownLatents few = new KnownLatents(FRAMES, 10, 2);
    few.labelOnly(100);
    // When
    Map<String, Double> checked = recalibrated(reader, model, other);
    Map<String, Double> unchecked = recalibrated(reader, model, few);
    // Then
    assertThat(model.manifest().provenance().metrics()).doesNotContainKey("label.heldOut.0");
    for (int f = 0; f < 4; f++) {
      assertThat(checked.get("label.heldOut." + f)).isLessThan(1e-3);
    }
    assertThat(unchecked).doesNotContainKey("label.heldOut.0");
    assertThat(unchecked).doesNotContainKey("reading.frames.0");
    // And labels that are too high are missed by that, in standard deviations of the latent
    other.raiseLabels(0.5);
    double slope = Objects.requireNonNull(model.manifest().latents().get(0).factor()).slope();
    assertThat(recalibrated(reader, model, other).get("label.heldOut.0"))
        .isCloseTo(0.5 / slope, within(1e-3));
  }

  /** Bands are four standard errors, see {@code ReadingErrorTest}. */
  @Test
  void shouldMeasureReadingsInTheUnitOfTheLabels() throws Exception {
    // Given labels of every frame with normal errors of 0.3
    KnownLatents.Reader reader = new KnownLatents.Reader(z -> z);
    TrainingReport report =
        pipeline(reader)
            .run(new KnownLatents(FRAMES, 10, 1), SETTINGS, null, null, TrainingProgress.SILENT);
    KnownLatents other = new KnownLatents(FRAMES, 1, 2);
    other.blurLabels(0.3);
    // When
    ModelBundle model = recalibratedModel(reader, report.bundle(), other);
    // Then
    double band = 4 * 0.3 * Math.sqrt((1 - 2 / Math.PI) / FRAMES);
    List<FactorReading> readings = ModelReadings.of(model.manifest());
    assertThat(readings).extracting(FactorReading::factor).containsExactly("z1", "z2", "z3", "z4");
    for (FactorReading reading : readings) {
      ReadingError.OfNumber error = (ReadingError.OfNumber) reading.error();
      assertThat(error.meanAbsolute()).isCloseTo(0.3 * Math.sqrt(2 / Math.PI), within(band));
      assertThat(error.frames()).isEqualTo(FRAMES);
      assertThat(error.refused()).isLessThan(20);
      assertThat(error.range()).isBetween(5.0, 20.0);
    }
    // And a frame that does not show a latent has no reading of it
    assertThat(refusedWithoutLatent(model, other, 2)).containsExactly(0, 0, 1, 0);
    // And the training had measured them on its own labels, which are exact
    assertThat(report.metrics().get("reading.meanAbsoluteError.0")).isLessThan(1e-5);
    assertThat(report.metrics().get("reading.frames.0")).isEqualTo(60);
    assertThat(ModelReadings.of(ModelReadings.without(model).manifest())).isEmpty();
  }

  /** Readings that are refused because a frame does not show a latent, of each latent. */
  private static List<Integer> refusedWithoutLatent(
      ModelBundle model, KnownLatents data, int hidden) {
    int[] frames = IntStream.range(0, 100).toArray();
    double[][] latents = new double[frames.length][model.manifest().latents().size()];
    double[][] residuals = new double[frames.length][latents[0].length];
    double[] errors = new double[frames.length];
    List<FactorReading> all =
        ModelReadings.measured(model, data, frames, latents, residuals, errors);
    latents[7][hidden] = Double.NaN;
    List<FactorReading> without =
        ModelReadings.measured(model, data, frames, latents, residuals, errors);
    return IntStream.range(0, all.size())
        .mapToObj(k -> refused(without.get(k)) - refused(all.get(k)))
        .toList();
  }

  private static int refused(FactorReading reading) {
    return ((ReadingError.OfNumber) reading.error()).refused();
  }

  private static Map<String, Double> recalibrated(
      KnownLatents.Reader reader, ModelBundle model, KnownLatents data) throws Exception {
    return recalibratedModel(reader, model, data).manifest().provenance().metrics();
  }

  private static ModelBundle recalibratedModel(
      KnownLatents.Reader reader, ModelBundle model, KnownLatents data) throws Exception {
    try (ResidualScorer scorer = reader.openLast();
        LatentDecoder decoder = OnnxLatentDecoder.of(model.network())) {
      return ModelCalibration.again(
          model,
          scorer,
          decoder,
          data,
          DriftSettings.DEFAULTS
              .withSimulation(50, 512)
              .withFrequencies(16)
              .withTargetRunLength(1_000),
          1,
          TrainingProgress.SILENT);
    }
  }

  @Test
  void shouldStraightenAWarpedLatentWithTheLabelledFrames() throws Exception {
    // Given
    KnownLatents data = new KnownLatents(FRAMES, 10, 1);
    // When
    TrainingReport report = run(data, AfterTheNetworkTest::warped);
    // Then
    Map<String, String> hyper = report.bundle().manifest().provenance().hyperParameters();
    assertThat(hyper).containsEntry("correctedLatents", "z1");
    assertThat(report.metrics().get("label.own.0")).isGreaterThan(0.25);
    assertThat(report.metrics().get("label.heldOut.0")).isLessThan(0.16);
    assertThat(report.graph().edges()).isDeepEqualTo(AdditiveNoise.graph().edges());
  }

  /** Oracle: the factor itself, on whose scale the noise is additive. */
  @Test
  void shouldStraightenALatentThatAnswersNameAndListWrongAnswers() throws Exception {
    // Given 400 answers, of which every 23rd is wrong, and an effect that is seen bent
    KnownLatents data = new KnownLatents(FRAMES, 0, 1);
    data.answer(400, 23, 5);
    UnaryOperator<double[]> bent =
        z -> {
          double[] out = z.clone();
          out[EFFECT] = Math.exp(0.5 * z[EFFECT]);
          return out;
        };
    KnownLatents.Reader reader = new KnownLatents.Reader(bent);
    // When
    TrainingReport report =
        pipeline(reader).run(data, SETTINGS, null, null, TrainingProgress.SILENT);
    // Then
    Map<String, String> hyper = report.bundle().manifest().provenance().hyperParameters();
    assertThat(hyper)
        .containsEntry("linearizedLatents", AdditiveNoise.NAMES.get(EFFECT))
        .containsEntry("answers", "344");
    assertThat(report.graph().edges()).isDeepEqualTo(AdditiveNoise.graph().edges());
    assertThat(reader.trainings()).isEqualTo(1);
    List<String> said =
        report.warnings().stream().filter(w -> w.contains("contradict the rest")).toList();
    assertThat(said).hasSize(1);
    // A wrong answer on two frames that are nearly equal is not listed.
    List<String> wrong =
        IntStream.range(0, 400)
            .filter(i -> i % 23 == 22)
            .mapToObj(data.answers()::get)
            .map(
                answer ->
                    "%s in frames %d and %d"
                        .formatted(
                            AdditiveNoise.NAMES.get(answer.factor()),
                            answer.first(),
                            answer.second()))
            .toList();
    List<String> listed = List.of(said.get(0).split(": ", 2)[1].split(", "));
    assertThat(listed).hasSizeGreaterThan(5).isSubsetOf(wrong);
  }

  @Test
  void shouldTrainAgainWithTheNextSeedUntilAnswersAreFollowed() throws Exception {
    // Given networks that fold a factor, but for the third
    KnownLatents data = new KnownLatents(FRAMES, 0, 1);
    data.answer(400, 23, 5);
    KnownLatents.Reader reader =
        KnownLatents.Reader.bySeed(
            seed ->
                z -> {
                  double[] out = z.clone();
                  out[0] = seed < SETTINGS.seed() + 2 ? Math.abs(z[0]) : z[0];
                  return out;
                });
    // When
    TrainingReport report =
        pipeline(reader).run(data, SETTINGS, null, null, TrainingProgress.SILENT);
    // Then
    assertThat(reader.trainings()).isEqualTo(3);
    assertThat(report.bundle().manifest().provenance().seed()).isEqualTo(SETTINGS.seed() + 2);
    assertThat(report.warnings()).noneMatch(w -> w.contains("that were not trained on"));
  }

  @Test
  void shouldKeepTheTryThatFailsLeastAndSayWhatFails() throws Exception {
    // Given networks that fold a factor, the second of them further from its mean
    KnownLatents data = new KnownLatents(FRAMES, 0, 1);
    data.answer(800, 23, 5);
    KnownLatents.Reader reader =
        KnownLatents.Reader.bySeed(
            seed ->
                z -> {
                  double[] out = z.clone();
                  out[0] = seed == SETTINGS.seed() + 1 ? Math.abs(z[0] + 0.3) : Math.abs(z[0]);
                  return out;
                });
    // When
    TrainingReport report =
        pipeline(reader).run(data, SETTINGS, null, null, TrainingProgress.SILENT);
    // Then
    assertThat(reader.trainings()).isEqualTo(3);
    assertThat(report.bundle().manifest().provenance().seed()).isEqualTo(SETTINGS.seed() + 1);
    assertThat(report.warnings())
        .anyMatch(w -> w.matches("z1 contradicts .* answers that were not trained on.*"));
  }

  @Test
  void shouldSearchAndCalibrateWithoutWhatWasBrokenOnPurpose() throws Exception {
    // Given every fourth frame with z4 set to something that follows z2, or with z3 set
    KnownLatents usual = new KnownLatents(FRAMES, 10, 2);
    KnownLatents data = new KnownLatents(FRAMES, 10, 2);
    int brokenInCalibration = 0;
    for (int i = 0; i < FRAMES; i += 4) {
      double[] z = AdditiveNoise.latents(FRAMES, 2)[i];
      data.intervene(i, i % 8 == 0 ? 3 : 2, i % 8 == 0 ? 8 * Math.tanh(z[1]) : 5);
      brokenInCalibration += i >= 1_400 ? 1 : 0;
    }
    // When
    TrainingReport report = run(data, z -> z);
    // Then
    assertThat(report.graph().edges()).isDeepEqualTo(AdditiveNoise.graph().edges());
    ModelBundle bundle = report.bundle();
    assertThat(bundle.manifest().provenance().dataRange())
        .isEqualTo("frames 0..1399, calibration 1400..1999 (450 of them usual)");
    assertThat(brokenInCalibration).isEqualTo(150);
    AnomalyCalibration anomaly =
        AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
    DriftReference drift = DriftReference.fromBytes(bundle.entry(ModelBundle.DRIFT_REFERENCE));
    assertThat(anomaly.size()).isEqualTo(450);
    assertThat(drift.samples()).isEqualTo(450);
    // and the scale of residuals, in factors, is that of a model of usual frames
    AnomalyCalibration plain =
        AnomalyCalibration.fromBytes(
            run(usual, z -> z).bundle().entry(ModelBundle.ANOMALY_CALIBRATION));
    assertThat(anomaly.scale(0) / plain.scale(0)).isBetween(0.85f, 1.15f);
  }

  @Test
  void shouldRejectTooFewUsualFrames() {
    // Given
    KnownLatents data = new KnownLatents(FRAMES, 10, 2);
    for (int i = 1_500; i < FRAMES; i++) {
      data.intervene(i, 3, 1);
    }
    // When
    // Then
    assertThatThrownBy(() -> run(data, z -> z))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessage(
            "of the 600 frames to calibrate with, 100 have no broken mechanism, needed are 256: give more usual frames, at the end of the data");
  }

  @Test
  void shouldPutDoubtsIntoWords() throws Exception {
    // Given labels that belong to other frames, and a cause that explains nothing
    KnownLatents data = new KnownLatents(FRAMES, 30, 3);
    data.mislabel();
    boolean[][] required = new boolean[4][4];
    required[0][1] = true;
    GraphConstraints known =
        new GraphConstraints(AdditiveNoise.NAMES, required, new boolean[4][4], new boolean[4][4]);
    // When
    TrainingReport report =
        pipeline(new KnownLatents.Reader(z -> z))
            .run(data, SETTINGS, known, null, TrainingProgress.SILENT);
    // Then
    String warnings = String.join("\n", report.warnings());
    assertThat(warnings)
        .contains("only 47 labelled frames were used")
        .contains("labels of z2 contradict the frames")
        .contains("[z1] explain")
        .doesNotContain("no edges");
    assertThat(report.graph().hasEdge(0, 1)).isTrue();
    assertThat(report.bundle().manifest().provenance().hyperParameters())
        .containsEntry("graph", "searched under constraints");
  }

  @Test
  void shouldKeepTheRunWithTheLowestReconstructionErrorAndNameAllRuns() throws Exception {
    // Given
    KnownLatents data = new KnownLatents(FRAMES, 10, 1);
    KnownLatents.Reader reader = new KnownLatents.Reader(z -> z);
    // When
    TrainingReport report =
        pipeline(reader).best(data, SETTINGS, null, null, 3, TrainingProgress.SILENT);
    // Then
    assertThat(reader.trainings()).isEqualTo(3);
    assertThat(report.runs()).extracting(RunSelection.Run::seed).containsExactly(3L, 4L, 5L);
    assertThat(report.bundle().manifest().provenance().seed()).isEqualTo(3);
    assertThat(report.bundle().manifest().provenance().hyperParameters())
        .containsEntry("runs", "3");
    assertThat(report.bundle().manifest().provenance().metrics())
        .containsKeys("run.3.label.error", "run.5.reconstruction.shareOfVariance");
  }
}
