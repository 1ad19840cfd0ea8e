package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.ScoredFrame;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.DriftScore;
import dev.residua.drift.DriftSettings;
import dev.residua.testing.Scored;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ShadowTrialTest {
  private static final SourceReadiness READY = new SourceReadiness(0, 0, Map.of());
  private static final int FRAMES = 1_000;
  private static ShadowTrial.Challenger challenger;

  @BeforeAll
  static void calibrate() {
    int n = 1_000;
    Random random = new Random(1);
    float[] flat = new float[2 * n];
    float[][] residuals = new float[n][2];
    float[][] picture = new float[n][2];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < 2; k++) {
        residuals[i][k] = (float) random.nextGaussian();
        picture[i][k] = (float) random.nextGaussian();
        flat[2 * i + k] = residuals[i][k];
      }
    }
    challenger =
        new ShadowTrial.Challenger(
            "new-shadow",
            AnomalyCalibration.fit(flat, 2, new float[n], new float[n]),
            Optional.of(
                CommissioningReference.calibrate(
                    residuals,
                    new float[n][2],
                    picture,
                    DriftSettings.DEFAULTS.withFrequencies(4).withSimulation(192, 512),
                    1,
                    fraction -> {})));
  }

  /** Sixteen sources of which one is off by so many standard deviations under the challenger. */
  private static ShadowTrial trial(double off, CalibrationPhase phase) {
    Random random = new Random(2);
    List<ScoredFrame> scored = new ArrayList<>();
    List<DriftScore> drift = new ArrayList<>();
    for (int source = 0; source < 16; source++) {
      for (int i = 0; i < FRAMES; i++) {
        float[] values = {(float) random.nextGaussian(), (float) random.nextGaussian()};
        values[1] += source == 3 ? (float) off : 0;
        scored.add(
            Scored.nominal()
                .source("cam" + source)
                .modelId("new-shadow")
                .residuals(values)
                .pValues(challenger.calibration().statistics(values, 0, 0f).pValues())
                .expected(0, 0)
                .frame(i));
        float[] active = {1 - random.nextFloat(), 1 - random.nextFloat()};
        drift.add(evaluated("cam" + source, i, phase, active));
      }
    }
    return ShadowTrial.of(scored, drift, challenger, READY);
  }

  private static DriftScore evaluated(
      String source, long sequence, CalibrationPhase phase, float[] pValues) {
    return new DriftScore(
        source,
        sequence,
        Scored.time(sequence),
        "old",
        "0123456789ab",
        1,
        10,
        1e6,
        new float[0],
        new int[0],
        1,
        new DriftScore.Calibration(phase, phase == CalibrationPhase.MODEL ? 0 : 1, false, pValues),
        DriftScore.Others.NONE);
  }

  @Test
  void shouldCompareArmedSourcesUnderTheirOwnCalibrations() {
    // When
    ShadowTrial trial = trial(3, CalibrationPhase.ARMED);
    // Then
    assertThat(trial.frames()).isEqualTo(16 * FRAMES);
    assertThat(trial.challengerDistance()).isLessThan(trial.bound());
    assertThat(trial.passed()).isTrue();
  }

  @Test
  void shouldCompareOtherSourcesUnderTheModelsCalibration() {
    // When all sources are off under the calibration that would be in force
    ShadowTrial same = trial(0, CalibrationPhase.MODEL);
    ShadowTrial off = trial(30, CalibrationPhase.MODEL);
    // Then a sixteenth of the p-values is too small
    assertThat(same.passed()).isTrue();
    assertThat(off.challengerDistance()).isBetween(0.05, 0.09);
    assertThat(off.challengerDistance()).isGreaterThan(same.challengerDistance() + 0.01);
  }

  @Test
  void shouldIgnoreFramesOfSourcesThatLearn() {
    // Given
    List<ScoredFrame> scored = List.of(Scored.nominal().source("cam1").frame(1));
    DriftScore learns = evaluated("cam1", 1, CalibrationPhase.LEARNING, new float[0]);
    // When
    ShadowTrial trial = ShadowTrial.of(scored, List.of(learns), challenger, READY);
    // Then
    assertThat(trial.frames()).isZero();
    assertThat(trial.passed()).isFalse();
    assertThat(trial.sentence()).contains("the new model scored 0 live frames, needed are 100");
  }
}
