package dev.residua.streams;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class SourceClockTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SourceClock clock = new SourceClock();
  private long now = 1_000_000_000L;

  SourceClockTest() {
    clock.start(now);
  }

  private void pass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      now += 1_000;
      clock.update(now);
    }
  }

  @Test
  void shouldOrderSourcesByTheTimeSinceTheirLastFrame() {
    // Given
    clock.seen("a");
    clock.seen("b");
    pass(30);
    clock.seen("c");
    clock.seen("a");
    pass(31);

    // Then
    assertThat(clock.idleFor(MINUTE)).containsExactly("b");
    assertThat(clock.idleFor(Duration.ofSeconds(31))).containsExactly("b", "c", "a");
    assertThat(clock.idle("b")).isEqualTo(Duration.ofSeconds(61));
    assertThat(clock.idle("unknown")).isZero();
  }

  @Test
  void shouldCountAStepOfTheWallClockForTenSecondsAtMost() {
    // Given
    clock.seen("a");

    // When it is set forward, and back again
    now += Duration.ofDays(8).toMillis();
    clock.update(now);
    now -= Duration.ofDays(8).toMillis();
    clock.update(now);
    pass(49);

    // Then
    assertThat(clock.idle("a")).isEqualTo(Duration.ofSeconds(59));
    assertThat(clock.idleFor(MINUTE)).isEmpty();
    pass(1);
    assertThat(clock.idleFor(MINUTE)).containsExactly("a");
  }

  @Test
  void shouldForgetAllSourcesAtAStart() {
    clock.seen("a");
    clock.start(now);

    assertThat(clock.sources()).isEmpty();
    assertThat(clock.sources()).isEmpty();
  }
}
