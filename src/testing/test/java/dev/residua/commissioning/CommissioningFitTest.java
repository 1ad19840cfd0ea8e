package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CommissioningFitTest {
  private static LatentCalibration fit(CommissioningWindow window) {
    return CommissioningFit.of(window, 1).calibration().latents().get(0);
  }

  @Test
  void shouldKeepTheWindowWithinItsBound() {
    for (int latents : new int[] {1, 4, 12}) {
      // When
      CommissioningWindow window = Sources.normal(latents, 0, 1).window(100_000);
      // Then
      assertThat(window.frames()).isEqualTo(100_000);
      assertThat(window.bytes()).isBetween(100_000, CommissioningWindow.MAX_BYTES);
      assertThat(window.intervals())
          .isBetween(
              CommissioningWindow.capacity(latents) / 2, CommissioningWindow.capacity(latents));
    }
  }

  /** The location of the window is the mean over all frames, those that were not kept too. */
  @Test
  void shouldSumAllFrames() {
    // Given
    Sources source = Sources.normal(1, 0, 7);
    CommissioningWindow window = CommissioningWindow.start(1);
    double sum = 0;
    int frames = CommissioningWindow.capacity(1) * CommissioningWindow.RUN * 4;
    // When
    for (int t = 0; t < frames; t++) {
      source.next();
      sum += source.residuals[0];
      window = window.plus(source.residuals, source.expected, true);
    }
    // Then
    assertThat(fit(window).location()).isCloseTo(sum / frames, within(2e-4));
  }

  /**
   * Location 0.4, scale 2, lag one r, 1,000 effective samples each: errors of the location have the
   * standard deviation spread / sqrt(n_eff), and n_eff is n (1 - r) / (1 + r).
   */
  @Test
  void shouldFindLocationScaleFilterAndEffectiveSamples() {
    for (double r : new double[] {0, 0.5, 0.9, 0.99}) {
      int frames = (int) (1_000 * (1 + r) / (1 - r));
      int runs = r > 0.95 ? 12 : 40;
      double squares = 0;
      double spread = 0;
      double lag = 0;
      double effective = 0;
      double innovation = 0;
      // When
      for (int run = 0; run < runs; run++) {
        Sources source = Sources.normal(1, r, 100 + run);
        source.location = 0.4;
        source.scale = 2;
        LatentCalibration fit = fit(source.window(frames));
        squares += Math.pow((fit.location() - 0.4) / 2, 2) * 1_000 / runs;
        spread += fit.spread() / runs;
        lag += fit.lagOne() / runs;
        effective += fit.effectiveSamples() / runs;
        innovation += fit.scale() / runs;
      }
      // Then: chi-squared with `runs` degrees of freedom, divided by them
      assertThat(squares).as("location at %s", r).isBetween(0.35, 1.9);
      assertThat(spread).as("spread at %s", r).isCloseTo(2, within(0.12));
      assertThat(lag).as("lag one at %s", r).isCloseTo(r, within(0.01 * (1.02 - r)));
      assertThat(innovation).isCloseTo(2 * Math.sqrt(1 - r * r), within(0.02 * 2));
      assertThat(effective).as("effective samples at %s", r).isCloseTo(1_000, within(70.0));
    }
  }

  /** The least-squares coefficient is too small by (1 + 3 r) / n (Kendall 1954): here .0123. */
  @Test
  void shouldRemoveTheBiasOfTheCoefficient() {
    // Given
    int runs = 3_000;
    double sum = 0;
    // When
    for (int run = 0; run < runs; run++) {
      sum += fit(Sources.normal(1, 0.9, run).window(304)).lagOne() / runs;
    }
    // Then: the standard error is sqrt((1 - .81) / 300 / 3,000) = .0005
    assertThat(sum).isCloseTo(0.9, within(0.004));
  }

  @Test
  void shouldFindTheOrder() {
    // Given: x_t = .5 x_(t-1) + .3 x_(t-2) + u
    SplittableRandom random = new SplittableRandom(5);
    CommissioningWindow window = CommissioningWindow.start(1);
    double[] last = new double[2];
    for (int t = 0; t < 8_000; t++) {
      double x = 0.5 * last[0] + 0.3 * last[1] + random.nextGaussian();
      last[1] = last[0];
      last[0] = x;
      window = window.plus(new float[] {(float) x}, new float[1], true);
    }
    // When
    List<Double> c = fit(window).coefficients();
    // Then
    assertThat(c).hasSize(2);
    assertThat(c.get(0)).isCloseTo(0.5, within(0.04));
    assertThat(c.get(1)).isCloseTo(0.3, within(0.04));
  }

  /** A slow part under white noise is longer than any filter of order 4: 1 + 2 sum rho = 50.5. */
  @Test
  void shouldSeeAnAutocorrelationThatNoFilterFollows() {
    // Given
    SplittableRandom random = new SplittableRandom(8);
    CommissioningWindow window = CommissioningWindow.start(1);
    double slow = 0;
    for (int t = 0; t < 200_000; t++) {
      slow = 0.98 * slow + Math.sqrt(1 - 0.98 * 0.98) * random.nextGaussian();
      float x = (float) (Math.sqrt(0.5) * (slow + random.nextGaussian()));
      window = window.plus(new float[] {x}, new float[1], true);
    }
    // When
    double time = 200_000 / fit(window).effectiveSamples();
    // Then
    assertThat(time).isBetween(38.0, 66.0);
  }

  @Test
  void shouldNotMoveForAFewWildFrames() {
    // Given
    Sources source = Sources.normal(1, 0.5, 9);
    SplittableRandom random = new SplittableRandom(10);
    CommissioningWindow window = CommissioningWindow.start(1);
    for (int t = 0; t < 6_000; t++) {
      source.next();
      source.residuals[0] += random.nextInt(300) == 0 ? 50 : 0;
      window = window.plus(source.residuals, source.expected, true);
    }
    // When
    LatentCalibration fit = fit(window);
    // Then: the plain mean is off by 50 / 300 = .17, the plain deviation is 3.1
    assertThat(fit.location()).isCloseTo(0, within(0.12));
    assertThat(fit.spread()).isCloseTo(1, within(0.12));
    assertThat(fit.lagOne()).isCloseTo(0.5, within(0.1));
  }

  @Test
  void shouldFindTheGainOfAMechanism() {
    // Given
    Sources source = Sources.normal(1, 0.5, 11);
    source.slope = 0.5;
    // When, Then
    assertThat(fit(source.window(3_000)).slope()).isCloseTo(0.5, within(0.06));
  }

  @Test
  void shouldSurviveAConstantResidual() {
    // Given
    CommissioningWindow window = CommissioningWindow.start(1);
    for (int t = 0; t < 2_000; t++) {
      window = window.plus(new float[] {3}, new float[] {1}, true);
    }
    // When
    LatentCalibration fit = fit(window);
    // Then
    assertThat(fit.location()).isCloseTo(3, within(1e-6));
    assertThat(fit.scale()).isPositive();
    assertThat(fit.slope()).isEqualTo(1);
  }

  /** Quiet windows: at most 5 % fail a test, fewer seem to change. */
  @Test
  void shouldAcceptQuietWindows() {
    for (double r : new double[] {0, 0.9}) {
      int failed = 0;
      int changed = 0;
      int runs = r > 0 ? 40 : 200;
      for (int run = 0; run < runs; run++) {
        // When
        Sources source = new Sources(4, r, Sources::student, 1_000 + run);
        CommissioningFit fit =
            CommissioningFit.of(source.window((int) (1_000 * (1 + r) / (1 - r))), 1);
        failed += fit.failedTest().isPresent() ? 1 : 0;
        changed += fit.changePoints().isEmpty() ? 0 : 1;
      }
      // Then
      assertThat(failed).as("tests failed at %s", r).isLessThanOrEqualTo(runs / 20);
      assertThat(changed).as("change points at %s", r).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void shouldFindAChangeInsideTheWindow() {
    for (double r : new double[] {0, 0.9}) {
      int half = (int) (500 * (1 + r) / (1 - r));
      for (int run = 0; run < 20; run++) {
        // Given
        Sources source = Sources.normal(2, r, 50 + run);
        CommissioningWindow before = source.window(half);
        source.location = 1;
        // When
        CommissioningFit moved = CommissioningFit.of(source.window(before, half), 1);
        source.location = 0;
        source.scale = 2;
        CommissioningFit wider = CommissioningFit.of(source.window(before, half), 1);
        // Then
        assertThat(moved.changePoints())
            .extracting(CalibrationShift::kind)
            .contains(CalibrationShift.Kind.LEVEL_CHANGE);
        assertThat(wider.changePoints())
            .extracting(CalibrationShift::kind)
            .contains(CalibrationShift.Kind.SPREAD_CHANGE);
      }
    }
  }

  @Test
  void shouldFailTheTestWhenTheEndDiffers() {
    for (int run = 0; run < 10; run++) {
      // Given
      Sources source = Sources.normal(2, 0.5, 70 + run);
      CommissioningWindow before = source.window(2_100);
      // A variance of 1.05 times this one is what the filter of 0.5 leaves: only the order differs.
      Sources other = Sources.normal(2, 0.2, 70 + run);
      other.scale = Math.sqrt(0.75 / 1.05);
      // When
      source.scale = 1.4;
      CommissioningFit wider = CommissioningFit.of(source.window(before, 900), 1);
      source.scale = 1;
      source.location = 0.6;
      CommissioningFit moved = CommissioningFit.of(source.window(before, 900), 1);
      CommissioningFit faster = CommissioningFit.of(other.window(before, 900), 1);
      // Then
      assertThat(wider.failedTest()).get().asString().contains("spread");
      assertThat(moved.failedTest()).get().asString().contains("level");
      assertThat(faster.failedTest()).get().asString().contains("autocorrelation");
    }
  }

  @Test
  void shouldFitALongWindow() {
    // When
    CommissioningFit fit = CommissioningFit.of(Sources.normal(4, 0.9, 1).window(60_000), 1);
    // Then
    assertThat(fit.failedTest()).isEmpty();
    assertThat(fit.changePoints()).isEmpty();
  }
}
