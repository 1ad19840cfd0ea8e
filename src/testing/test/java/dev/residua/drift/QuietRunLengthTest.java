package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;

class QuietRunLengthTest {
  private static final QuietRunLength.Levels LEVELS =
      new QuietRunLength.Levels(1e6, new float[] {5, 8}, new double[] {500, 8_000});

  private static DriftReading reading(double statistic) {
    DriftReading reading = new DriftReading(1);
    reading.statistic = (float) statistic;
    return reading;
  }

  /** Readings pass level 5 with probability 1/250 each, twice the expectation of the reference. */
  @Test
  void shouldSayThatAStreamAlarmsTwiceAsOften() {
    // Given
    Random random = new Random(1);
    QuietRunLength state = QuietRunLength.start();
    assertThat(state.estimate(LEVELS).tooEarly()).isTrue();
    // When
    for (int t = 0; t < 300_000; t++) {
      state = state.next(reading(random.nextInt(250) == 0 ? 6 : 1), false, LEVELS);
    }
    // Then some 350 passages, as the clock stands still for 256 samples without one after each: a
    // relative error of 5 %
    QuietRunLength.Estimate estimate = state.estimate(LEVELS);
    assertThat(estimate.tooEarly()).isFalse();
    assertThat(estimate.level()).isEqualTo(500);
    assertThat(estimate.passages()).isBetween(250, 600);
    assertThat(estimate.runLength()).isBetween(0.42e6, 0.58e6);
    assertThat(estimate.high() / estimate.low()).isBetween(1.15, 1.3);
  }

  @Test
  void shouldCountAnExcursionOnceAndNothingWhileAnAlarmIsOn() {
    // Given
    QuietRunLength state = QuietRunLength.start();
    // When
    for (int t = 0; t < 1_000; t++) {
      state = state.next(reading(t % 100 < 50 ? 9 : 0), false, LEVELS);
    }
    QuietRunLength alarmed = state;
    for (int t = 0; t < 10_000; t++) {
      alarmed = alarmed.next(reading(t % 2 == 0 ? 9 : 0), true, LEVELS);
    }
    // Then one passage a level and its one sample are all there is
    assertThat(state.estimate(LEVELS).tooEarly()).isTrue();
    assertThat(alarmed.estimate(LEVELS).tooEarly()).isTrue();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new QuietRunLength(new int[6], new long[5], new int[6]))
        .withMessageContaining("5 clocks");
  }

  /**
   * With a real detector on quiet streams of the distribution of its reference the estimate is near
   * the target: 40 passages have a relative error of a sixth, a reference of 3,000 adds a tenth.
   */
  @Test
  void shouldAgreeWithTheReferenceOnQuietStreams() {
    // Given
    DriftReference reference =
        DriftReference.calibrate(
            DriftDetectorTest.gaussian(3_000, 2, 5),
            DriftSettings.DEFAULTS.withFrequencies(8).withSimulation(400, 1_024),
            1,
            done -> {});
    QuietRunLength.Levels levels = QuietRunLength.Levels.of(reference, 1_000);
    DriftDetector detector = new DriftDetector(reference);
    DriftReading reading = detector.newReading();
    Random random = new Random(6);
    QuietRunLength state = QuietRunLength.start();
    // When
    for (int t = 0; t < 40_000; t++) {
      detector.update(
          new float[] {(float) random.nextGaussian(), (float) random.nextGaussian()}, reading);
      state = state.next(reading, false, levels);
    }
    // Then
    QuietRunLength.Estimate estimate = state.estimate(levels);
    assertThat(estimate.passages()).isGreaterThan(25);
    assertThat(estimate.low()).isLessThan(1_300);
    assertThat(estimate.high()).isGreaterThan(750);
  }
}
