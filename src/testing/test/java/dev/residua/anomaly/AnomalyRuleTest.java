package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AnomalyRuleTest {
  private static final CausalGraph PENDULUM = pendulum();
  private static final AnomalySettings SETTINGS = AnomalySettings.DEFAULTS.withFalseAlarmRate(0.01);
  private static final AnomalyRule RULE = AnomalyRule.of(SETTINGS, calibration(200, 4));

  private static CausalGraph pendulum() {
    boolean[][] edges = new boolean[4][4];
    edges[0][2] = true;
    edges[1][2] = true;
    edges[1][3] = true;
    return CausalGraph.of(List.of("pendulum", "light", "shadow length", "shadow position"), edges);
  }

  private static AnomalyCalibration calibration(int n) {
    return calibration(n, 1);
  }

  private static AnomalyCalibration calibration(int n, int latents) {
    Random random = new Random(1);
    float[] residuals = new float[n * latents];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = (float) random.nextGaussian();
    }
    float[] values = Arrays.copyOf(residuals, n);
    return AnomalyCalibration.fit(residuals, latents, values, values);
  }

  private static FrameStatistics statistics(
      float[] e, float[] p, float joint, float reconstruction, float appearance, float deviation) {
    return new FrameStatistics(
        e, p, joint, Reconstruction.SAMPLED, reconstruction, appearance, 0, deviation);
  }

  private static String words(Verdict verdict) {
    return verdict instanceof Verdict.Anomalous anomaly
        ? AnomalySentence.of(anomaly, PENDULUM, "").explanation()
        : "normal";
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
            "shadow length 4.0 sd above what pendulum and light explain; shadow position 3.0 sd"
                + " below what light explains");
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
  void shouldAskTheTailForARateThatTheCalibrationCannotResolve() {
    // Given 100 frames, of which 87 rank the joint score: the smallest p-value is 1/88
    AnomalyCalibration few = calibration(100);
    AnomalySettings strict = AnomalySettings.DEFAULTS.withFalseAlarmRate(0.001);
    // When
    AnomalyRule rule = AnomalyRule.of(strict, few);
    Verdict odd = rule.decide(few.statistics(new float[] {4}, 0, 0, 0));
    Verdict broken = rule.decide(few.statistics(new float[] {12}, 0, 0, 0));
    // Then both have the smallest conformal p-value, and only the second a small enough tail
    assertThat(few.resolution()).isEqualTo(1 / 88.0);
    assertThat(rule.decidesByTail()).isTrue();
    assertThat(rule.condition()).contains("0.011").endsWith("an estimate, not a guarantee");
    assertThat(odd).isInstanceOf(Verdict.Normal.class);
    assertThat(broken).isInstanceOf(Verdict.Anomalous.class);
    Verdict.Anomalous anomaly = (Verdict.Anomalous) broken;
    assertThat((double) anomaly.pValue()).isCloseTo(1 / 88.0, within(1e-8));
    assertThat(anomaly.tailPValue()).isBetween(1e-12, 1e-3);
    // And a calibration on enough frames decides by ranks
    assertThat(AnomalyRule.of(strict, calibration(1_142)).decidesByTail()).isFalse();
    assertThat(AnomalyRule.of(strict, calibration(1_142)).condition()).doesNotContain("estimate");
  }
}
