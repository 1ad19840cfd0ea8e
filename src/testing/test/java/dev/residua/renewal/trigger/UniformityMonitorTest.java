package dev.residua.renewal.trigger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.drift.CalibrationPhase;
import dev.residua.drift.UniformDistance;
import dev.residua.renewal.trigger.TriggerObservation.Calibration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UniformityMonitorTest {
  private static final Calibration MODEL = new Calibration("m1", CalibrationPhase.MODEL, 0);

  @Test
  void shouldMeasureTheDistanceOfAFewValues() {
    // The empirical distribution of {0.1, 0.2, 0.9} is furthest from the uniform one just below 0.9
    // (2/3 against 0.9) and at 0.2 (2/3 against 0.2): 0.4667.
    assertThat(UniformDistance.of(new double[] {0.9, 0.1, 0.2}))
        .isCloseTo(2 / 3.0 - 0.2, within(1e-7));
    assertThat(UniformDistance.of(new double[] {1, 1})).isEqualTo(1);
    assertThat(UniformDistance.of(new double[] {0.5})).isEqualTo(0.5);
    // Ties count together.
    assertThat(UniformDistance.of(new double[] {0.25, 0.25, 0.25, 0.25})).isEqualTo(0.75);
  }

  @Test
  void shouldBoundTheDistanceByBothErrors() {
    UniformitySettings settings = new UniformitySettings(500, 1, 0.05, 0.01);

    // sqrt(ln(40) / 1000) + sqrt(ln(200) / 4000) + 1 / 2000, by hand
    assertThat(settings.bound(1, 2_000)).isCloseTo(0.0607361 + 0.0363952 + 0.0005, within(1e-6));
    // four latents: sqrt(ln(160) / 1000) + sqrt(ln(800) / 4000) + 1 / 2000
    assertThat(settings.bound(4, 2_000)).isCloseTo(0.0712403 + 0.0408797 + 0.0005, within(1e-6));
  }

  @Test
  void shouldKeepItsLevelWhenNothingHasChanged() {
    // Given 2,000 calibration sets of 300 scores and a window of 100 p-values for each
    UniformitySettings settings = new UniformitySettings(100, 1, 0.05, 0.05);
    Random random = new Random(7);
    int false1 = 0;
    int without = 0;
    double samplingAlone = Math.sqrt(Math.log(2 / 0.05) / 200);
    for (int run = 0; run < 2_000; run++) {
      UniformityMonitor.Result result = window(random, 300, 100, 0, settings);
      false1 += result.decayed() ? 1 : 0;
      without += result.distance() > samplingAlone ? 1 : 0;
    }

    // Then at most alpha + delta of them are wrong (expected far fewer; 200 of 2,000 are allowed,
    // the chance of 240 with probability 0.1 each is below 1 %), and the bound of the window alone
    // would be wrong more often than its 5 %: P(Binomial(2000, .05) > 130) < .003
    assertThat(false1).isLessThan(240);
    assertThat(without).isGreaterThan(130);
  }

  @Test
  void shouldFindSmallPValues() {
    // Scores that are half a standard deviation up have p-values 0.19 away from uniform, which is
    // max over x of Phi(x) - Phi(x - 1/2); the bound is 0.096 + 0.052 at m = 400, n = 1000
    UniformitySettings settings = new UniformitySettings(400, 1, 1e-3, 0.01);
    Random random = new Random(11);
    int found = 0;
    for (int run = 0; run < 100; run++) {
      found += window(random, 1_000, 400, 0.5, settings).decayed() ? 1 : 0;
    }

    assertThat(found).isGreaterThanOrEqualTo(90);
  }

  @Test
  void shouldFindPValuesThatAreTooLarge() {
    UniformitySettings settings = new UniformitySettings(400, 1, 1e-3, 0.01);

    assertThat(window(new Random(3), 1_000, 400, -1, settings).decayed()).isTrue();
  }

  @Test
  void shouldRestartWithAnotherCalibration() {
    Calibration other = new Calibration("m1", CalibrationPhase.ARMED, 1);
    UniformitySettings settings = new UniformitySettings(50, 1, 0.01, 0.01);
    UniformityMonitor monitor = UniformityMonitor.start();
    for (int i = 0; i < 49; i++) {
      monitor = monitor.next(p(0.5), 1_000, MODEL, settings).next();
    }
    assertThat(monitor.size()).isEqualTo(49);

    UniformityMonitor.Step step = monitor.next(p(0.5), 1_000, other, settings);

    assertThat(step.result()).isEmpty();
    assertThat(step.next().size()).isEqualTo(1);
    assertThat(monitor.next(p(0.5), 1_000, MODEL, settings).result())
        .map(UniformityMonitor.Result::frames)
        .contains(50);
  }

  @Test
  void shouldFindOneLatentAmongMany() {
    // Given p-values of three latents, of which one is always small
    UniformitySettings settings = new UniformitySettings(400, 1, 1e-3, 0.01);
    Random random = new Random(5);
    UniformityMonitor monitor = UniformityMonitor.start();
    Optional<UniformityMonitor.Result> result = Optional.empty();
    for (int i = 0; i < 400; i++) {
      float[] pValues = {1 - random.nextFloat(), 0.3f - 0.3f * random.nextFloat(), 0.5f};
      pValues[2] = 1 - random.nextFloat();
      UniformityMonitor.Step step = monitor.next(pValues, 1_000, MODEL, settings);
      monitor = step.next();
      result = step.result();
    }
    // Then
    assertThat(result.orElseThrow().decayed()).isTrue();
    assertThat(result.orElseThrow().distance()).isGreaterThan(0.6);
  }

  @Test
  void shouldRejectInvalidPValues() {
    assertThatThrownBy(
            () -> UniformityMonitor.start().next(p(0), 1_000, MODEL, UniformitySettings.DEFAULTS))
        .hasMessageContaining("(0, 1] but was 0");
    assertThatThrownBy(() -> new UniformitySettings(49, 1, 0.1, 0.1))
        .hasMessageContaining("windowFrames must be at least 50 but was 49");
  }

  private static float[] p(double value) {
    return new float[] {(float) value};
  }

  /** One window of p-values of N(shift, 1) scores against calibration scores of N(0, 1). */
  private static UniformityMonitor.Result window(
      Random random, int calibration, int frames, double shift, UniformitySettings settings) {
    double[] scores = random.doubles(calibration).map(u -> random.nextGaussian()).toArray();
    Arrays.sort(scores);
    UniformityMonitor monitor = UniformityMonitor.start();
    Optional<UniformityMonitor.Result> result = Optional.empty();
    for (int i = 0; i < frames; i++) {
      double score = shift + random.nextGaussian();
      int at = Arrays.binarySearch(scores, score);
      int notBelow = calibration - (at < 0 ? -at - 1 : at);
      UniformityMonitor.Step step =
          monitor.next(p((1.0 + notBelow) / (calibration + 1)), calibration, MODEL, settings);
      monitor = step.next();
      result = step.result();
    }
    return result.orElseThrow();
  }
}
