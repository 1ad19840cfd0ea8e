package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CaptureClockTest {
  private static final Instant NOW = Instant.parse("2026-03-01T08:00:00Z");
  private static final Duration POSITION = Duration.ofSeconds(12);

  @Test
  void shouldUseTheReceptionUntilTheCameraSendsItsClock() {
    // Given
    CaptureClock clock = new CaptureClock();

    // When, Then
    assertThat(clock.capturedAt(POSITION, NOW)).isEqualTo(NOW);
    clock.wallClock(NOW.minusSeconds(3), Duration.ofSeconds(10));
    assertThat(clock.capturedAt(POSITION, NOW)).isEqualTo(NOW.minusSeconds(1));
    assertThat(clock.capturedAt(null, NOW)).isEqualTo(NOW);
  }

  @Test
  void shouldIgnoreACameraWithoutASetClock() {
    // Given
    CaptureClock clock = new CaptureClock();

    // When
    clock.wallClock(Instant.EPOCH.plusSeconds(40), Duration.ofSeconds(10));

    // Then
    assertThat(clock.capturedAt(POSITION, NOW)).isEqualTo(NOW);
  }
}
