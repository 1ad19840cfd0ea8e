package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnomalyRuleTest {
  private static final CausalGraph PENDULUM = pendulum();
  private static final AnomalySettings SETTINGS = AnomalySettings.DEFAULTS.withFalseAlarmRate(0.01);
  private static final AnomalyRule RULE = AnomalyRule.of(SETTINGS, calibration(200));

  private static CausalGraph pendulum() {
    boolean[][] edges = new boolean[4][4];
    edges[0][2] = true;
    edges[1][2] = true;
    edges[1][3] = true;
    return CausalGraph.of(List.of("pendulum", "light", "shadow length", "shadow position"), edges);
  }

  private static AnomalyCalibration calibration(int n) {
    Random random = new Random(1);
    float[] values = new float[n];
    for (int i = 0; i < n; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return AnomalyCalibration.fit(values, 1, values, values);
  }

  private static FrameStatistics statistics(
      float[] e, float[] p, float joint, float reconstruction, float appearance, float deviation) {
    return new FrameStatistics(e, p, joint, reconstruction, appearance, deviation);
  }

  private static String words(Verdict verdict) {
    return verdict.fold(
        warmingUp -> "warming up",
        normal -> "normal",
        anomaly -> AnomalySentence.of(anomaly, PENDULUM));
  }

  @Test
  void shouldNameTheMechanismsWithTheirShares() {
    // Given
    FrameStatistics frame =
        statistics(
            new float[] {0.1f, 0, 4, -3},
            new float[] {0.9f, 1, 0.001f, 0.002f},
            0.002f,
            0.001f,
            0.5f,
            0);
    // When
    Verdict verdict = RULE.decide(frame);
    // Then
    assertThat(verdict).isInstanceOf(Verdict.Anomalous.class);
    Verdict.Anomalous anomaly = (Verdict.Anomalous) verdict;
    assertThat(anomaly.kind()).isEqualTo(AnomalyKind.RESIDUAL);
    assertThat(anomaly.causes()).extracting(Cause::latent).containsExactly(2, 3);
    assertThat(anomaly.causes().get(0).share()).isCloseTo(16 / 25.0, within(1e-9));
    assertThat(words(verdict))
        .isEqualTo(
            "shadow length 4.0 sd above what pendulum and light explain; shadow position 3.0 sd below what light explains");
  }

  @Test
  void shouldRankBySizeWherePValuesEndAtTheResolution() {
    FrameStatistics frame =
        statistics(new float[] {-5, 7, 0, 0}, new float[] {0.005f, 0.005f, 1, 1}, 0.005f, 1, 1, 0);
    assertThat(words(RULE.decide(frame)))
        .isEqualTo("light 7.0 sd above its usual range; pendulum 5.0 sd below its usual range");
  }

  @Test
  void shouldNameNoMechanismWhenTheWholePictureChanged() {
    // Given
    FrameStatistics darker =
        statistics(
            new float[] {9, 9, 9, 9},
            new float[] {0.005f, 0.005f, 0.005f, 0.005f},
            0.005f,
            0.005f,
            0.005f,
            -12 / 255f);
    // When and then
    assertThat(words(RULE.decide(darker)))
        .isEqualTo(
            "the whole picture is 12 grey levels darker than in training; no mechanism is named");
  }

  @Test
  void shouldIgnoreADeviationThatIsRareButTooSmallToMatter() {
    FrameStatistics frame =
        statistics(new float[4], new float[] {1, 1, 1, 1}, 1, 1, 0.005f, 1 / 255f);
    assertThat(words(RULE.decide(frame))).isEqualTo("normal");
  }

  @Test
  void shouldReportWhatTheModelCannotRedrawOnlyWhenResidualsAreUsual() {
    FrameStatistics frame = statistics(new float[4], new float[] {1, 1, 1, 1}, 0.3f, 0.005f, 1, 0);
    assertThat(words(RULE.decide(frame)))
        .isEqualTo("the picture shows something the model has never seen");
  }

  @Test
  void shouldNotJudgeTheFirstFramesOfASource() {
    // Given
    AnomalySettings settings = new AnomalySettings(0.01, 0.01, 2, 20, 5);
    AnomalyRule rule = AnomalyRule.of(settings, calibration(200));
    FrameStatistics frame = statistics(new float[1], new float[] {1}, 0.001f, 1, 1, 0);
    // When and then
    assertThat(rule.decide(frame, 4)).isEqualTo(new Verdict.WarmingUp(4, 5));
    assertThat(rule.decide(frame, 5)).isInstanceOf(Verdict.Anomalous.class);
  }

  @Test
  void shouldRefuseARateThatTheCalibrationCannotResolve() {
    // Given 100 frames, of which 75 rank the joint score: the smallest p-value is 1/76
    AnomalyCalibration calibration = calibration(100);
    AnomalySettings strict = AnomalySettings.DEFAULTS.withFalseAlarmRate(0.001);
    // When and then
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AnomalyRule.of(strict, calibration))
        .withMessageContaining("at least 1332 frames");
    AnomalyRule raised = AnomalyRule.of(strict.raisedTo(calibration), calibration);
    assertThat(raised.settings().falseAlarmRate()).isCloseTo(1 / 76.0, within(1e-9));
    assertThat(AnomalyRule.of(strict, calibration(1_332)).settings()).isEqualTo(strict);
  }
}
