package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.testing.SetClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");

  @Test
  void shouldRunForwardWhereTheWallClockIsSetBackOrAhead() {
    // Given
    AtomicReference<Instant> wall = new AtomicReference<>(NOON);
    AtomicLong nanos = new AtomicLong(-5);
    Clock clock = new SteadyClock(new SetClock(() -> wall.get()), nanos::get);
    assertThat(clock.instant()).isEqualTo(NOON);
    for (Duration jump : new Duration[] {Duration.ofHours(-1), Duration.ofDays(2)}) {
      // When
      Instant before = clock.instant();
      wall.set(wall.get().plus(jump));
      nanos.addAndGet(Duration.ofSeconds(3).toNanos());
      // Then
      assertThat(clock.instant()).as("after a jump of %s", jump).isEqualTo(before.plusSeconds(3));
    }
  }
}
