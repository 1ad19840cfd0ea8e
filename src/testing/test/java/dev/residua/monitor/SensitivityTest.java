package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.causal.FactorScale;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Latent;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.DetectableMean;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.dynamics.DynamicEquation;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.Memory;
import dev.residua.dynamics.SmoothFunction;
import dev.residua.monitor.Sensitivity.SmallestChange;
import dev.residua.testing.Detectors;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SensitivityTest {
  private static final double STEP = 0.5;
  private static final double THRESHOLD = 12;
  private static final LatentCalibration SMOOTH =
      new LatentCalibration(0.1, 1.4, List.of(0.5, 0.1), 1, 100);
  private static final LatentCalibration PLAIN = new LatentCalibration(0, 0.8, List.of(), 1, 100);
  private static DriftReference detector;
  private static AnomalyCalibration calibration;

  @BeforeAll
  static void calibrate() {
    calibration = Detectors.calibration(2);
    detector = Detectors.normal(2);
  }

  @Test
  void shouldStateOffsetsInTheUnitOfTheFactor() {
    // Given
    FactorScale litres = new FactorScale(10, -4, 2, 18);
    FactorScales factors =
        FactorScales.of(
            List.of(new Latent(0, "level", true, litres), new Latent(1, "valve", false)));
    SourceCalibration normal = new SourceCalibration(List.of(SMOOTH, PLAIN), 1_000, 1);
    // When
    Sensitivity sensitivity = new Sensitivity(detector, calibration, factors, null);
    List<SmallestChange> level = sensitivity.of(0, normal, THRESHOLD, STEP);
    List<SmallestChange> valve = sensitivity.of(1, normal, THRESHOLD, STEP);
    // Then a shift of 1 moves the innovations by what the two frames before do not predict
    DetectableMean mean = detector.detectableMean(THRESHOLD).orElseThrow();
    double samples = mean.smallest(DetectableMean.Response.constant(1), 120);
    double expected = 4 * samples * detector.deviation(0) * 1.4 / (1 - 0.6) * calibration.scale(0);
    assertThat(level.get(0).size()).isCloseTo(expected, within(1e-9));
    assertThat(level.get(0).text()).isEqualTo(FactorScale.digits(expected));
    assertThat(level).extracting(SmallestChange::withinSeconds).containsExactly(60, 3_600, 86_400);
    assertThat(level)
        .extracting(SmallestChange::size)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertThat(valve.get(0).text()).endsWith(" standard deviations");
    assertThat(valve).noneMatch(SmallestChange::perSecond);
  }

  @Test
  void shouldLeaveOutTimesWithoutAFrame() {
    SourceCalibration normal = new SourceCalibration(List.of(PLAIN, PLAIN), 1_000, 1);
    assertThat(
            new Sensitivity(detector, calibration, FactorScales.NONE, null)
                .of(1, normal, THRESHOLD, 900))
        .extracting(SmallestChange::withinSeconds)
        .containsExactly(3_600, 86_400);
  }

  /** The oracle plays two streams without noise, one with a change of 1 per second or of 1. */
  @ParameterizedTest
  @CsvSource({"INTEGRATOR,1", "FIRST_ORDER,1", "SLOW_ERROR,1", "FIRST_ORDER,3", "SLOW_ERROR,3"})
  void shouldFollowTheResidualsOfAChange(Memory memory, int every) {
    // Given
    SmoothFunction own = memory == Memory.INTEGRATOR ? null : SmoothFunction.line(-9, 9, -0.05);
    DynamicEquation equation = new DynamicEquation(memory, 0, own, List.of(), 0.002, 0.04);
    DynamicEquation noise = new DynamicEquation(Memory.NONE, 0, null, List.of(), 0, 1);
    DynamicModel model = new DynamicModel(STEP, List.of(equation, noise));
    SourceCalibration normal = new SourceCalibration(List.of(PLAIN, PLAIN), 1_000, 1);
    // When
    SmallestChange minute =
        new Sensitivity(detector, calibration, FactorScales.NONE, model)
            .of(0, normal, THRESHOLD, every * STEP)
            .get(0);
    // Then
    double[] moved = moved(model, memory, every * STEP);
    double deviation = detector.deviation(0) * 0.8 * calibration.scale(0);
    DetectableMean mean = detector.detectableMean(THRESHOLD).orElseThrow();
    double least = Double.POSITIVE_INFINITY;
    for (int window : DriftSettings.DEFAULTS.scales()) {
      double level = mean.smallest(DetectableMean.Response.constant(1), window);
      for (int end = window; end <= moved.length; end++) {
        double sum = 0;
        for (int k = end - window; k < end; k++) {
          sum += moved[k];
        }
        // A constant change of this level is the least that some window up to this one detects.
        least = Math.min(least, level * window / Math.abs(sum));
      }
    }
    assertThat(minute.size()).isCloseTo(least * deviation, within(0.02 * least * deviation));
    assertThat(minute.perSecond()).isEqualTo(memory.actsOnRate());
    assertThat(minute.text().contains(" per ")).isEqualTo(memory.actsOnRate());
  }

  private static double[] moved(DynamicModel model, Memory memory, double step) {
    int settled = 600;
    double[] moved = new double[(int) (60 / step)];
    float[][] streams = new float[2][settled + moved.length];
    double state = 0;
    for (int t = settled; t < streams[1].length; t++) {
      state += step * (1 - (memory == Memory.FIRST_ORDER ? 0.05 * state : 0));
      streams[1][t] = memory.actsOnRate() ? (float) (0.01 * state) : 0.01f;
    }
    for (int s = 0; s < 2; s++) {
      DynamicFilter filter = new DynamicFilter(model).continuing(null);
      for (int t = 0; t < streams[s].length; t++) {
        float[] residuals = new float[2];
        filter.next(step * t, new float[] {streams[s][t], 0}, new float[2], residuals);
        if (t >= settled) {
          moved[t - settled] += (s == 1 ? 100 : -100) * residuals[0];
        }
      }
    }
    return moved;
  }

  @Test
  void shouldSayNothingOfACategory() {
    SourceCalibration normal = new SourceCalibration(List.of(PLAIN, PLAIN), 1_000, 1);
    FactorScales factors =
        FactorScales.of(
            List.of(
                new Latent(0, "a", false),
                new Latent(1, "b", true, null, List.of("red", "green"))));
    assertThat(new Sensitivity(detector, calibration, factors, null).of(1, normal, THRESHOLD, STEP))
        .isEmpty();
  }
}
