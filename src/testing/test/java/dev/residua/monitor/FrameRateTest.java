package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameRateTest {
  private static final Instant START = Instant.parse("2026-11-26T12:00:00Z");
  private Instant now = START;
  private FrameRate rate = FrameRate.UNKNOWN;

  private void frames(int count, double seconds) {
    for (int i = 0; i < count; i++) {
      now = now.plusNanos((long) (seconds * 1e9));
      rate = rate.next(now);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.05, 1, 600, 86_400})
  void shouldMeasureASteadyRate(double seconds) {
    // When
    frames(65, seconds);

    // Then
    assertThat(rate.perSecond()).isEqualTo(1 / seconds, within(1e-5 / seconds));
  }

  @Test
  void shouldNotKnowTheRateBeforeABlockIsFull() {
    // When
    frames(64, 0.05);

    // Then
    assertThat(rate.perSecond()).isNaN();
  }

  @Test
  void shouldLeaveOutGaps() {
    // When
    for (int day = 0; day < 20; day++) {
      frames(100, 0.05);
      now = now.plus(Duration.ofHours(14));
    }

    // Then
    assertThat(rate.perSecond()).isEqualTo(20, within(0.01));
  }

  /** Ten frames at once, then nothing for ten seconds: what counts is one frame per second. */
  @Test
  void shouldCountThePausesOfABurst() {
    // When
    for (int burst = 0; burst < 200; burst++) {
      frames(10, 0.01);
      now = now.plusMillis(9_900);
    }

    // Then
    assertThat(rate.perSecond()).isEqualTo(1, within(0.15));
  }

  @Test
  void shouldFollowANewRate() {
    // Given
    frames(1_000, 0.05);

    // When
    frames(20 * FrameRate.BLOCK, 120);

    // Then
    assertThat(rate.perSecond()).isEqualTo(1 / 120.0, within(1e-4));
  }

  @Test
  void shouldSurviveAClockThatGoesBack() {
    // Given
    frames(200, 0.05);

    // When
    now = now.minus(Duration.ofDays(1_000));
    frames(200, 0.05);

    // Then
    assertThat(rate.perSecond()).isEqualTo(20, within(0.01));
  }

  @Test
  void shouldMeasureAnIrregularRateByItsMean() {
    // Given
    Random random = new Random(5);

    // When
    for (int i = 0; i < 5_000; i++) {
      frames(1, 0.02 + 0.06 * random.nextDouble());
    }

    // Then
    assertThat(rate.perSecond()).isEqualTo(20, within(1.0));
  }
}
