package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.Finding.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final double SECONDS_PER_WEEK = Duration.ofDays(7).toSeconds();
  private static final SourceSettings BUDGET =
      new SourceSettings(
          Optional.of(new SourceSettings.Budget(100, 5)),
          Severity.INFO,
          Map.of(),
          false,
          Optional.empty(),
          0);

  private static Pace after(Pace pace, int frames, Duration interval) {
    Pace next = pace;
    Instant at =
        pace.measured().lastMicros() == Long.MIN_VALUE
            ? Instant.EPOCH
            : Instant.EPOCH.plusNanos(1_000 * pace.measured().lastMicros());
    for (int i = 0; i < frames; i++) {
      at = at.plus(interval);
      next = next.next(at);
    }
    return next;
  }

  @Test
  void shouldUseTheConfiguredRateUntilOneIsMeasured() {
    // When
    Pace pace = after(Pace.UNKNOWN, FrameRate.BLOCK, Duration.ofMillis(50));
    // Then
    assertThat(pace.runLength(BUDGET, StageFrames.model())).isEqualTo(SECONDS_PER_WEEK * 5 / 100);
    assertThat(pace.runLength(SourceSettings.NONE, StageFrames.model())).isEqualTo(10_000);
  }

  @Test
  void shouldFollowTheMeasuredRateOnceItDiffersByAQuarter() {
    // Given
    Pace measured = after(Pace.UNKNOWN, FrameRate.BLOCK + 1, Duration.ofMillis(50));
    // When
    Pace similar = after(measured, FrameRate.BLOCK, Duration.ofMillis(55));
    Pace other = after(measured, 4 * FrameRate.BLOCK, Duration.ofMillis(100));
    // Then
    assertThat(measured.runLength(BUDGET, StageFrames.model()))
        .isCloseTo(SECONDS_PER_WEEK * 20 / 100, within(1.0));
    assertThat(similar.usedPerSecond()).isEqualTo(measured.usedPerSecond());
    assertThat(similar.measured()).isNotEqualTo(measured.measured());
    assertThat(other.usedPerSecond()).isLessThan(16);
  }
}
