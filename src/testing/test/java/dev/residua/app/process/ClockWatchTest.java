package dev.residua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClockWatchTest {
  private final List<RoleEndedException> reasons = new ArrayList<>();
  private Duration wall = Duration.ofDays(20_000);
  private Duration monotonic = Duration.ofSeconds(-5); // nanoTime may be negative
  private final ClockWatch watch =
      new ClockWatch(() -> wall.toMillis(), () -> monotonic.toNanos(), reasons::add);

  private boolean lookAfter(Duration time, Duration step) {
    monotonic = monotonic.plus(time);
    wall = wall.plus(time).plus(step);
    return watch.look();
  }

  @Test
  void shouldEndTheProcessWhenTheClockIsSetBack() {
    // When, Then
    assertThat(lookAfter(Duration.ofHours(5), Duration.ZERO)).isFalse();
    assertThat(lookAfter(Duration.ofSeconds(1), Duration.ofMinutes(-1))).isFalse();
    assertThat(lookAfter(Duration.ofSeconds(1), Duration.ofMinutes(-4))).isTrue();
    assertThat(reasons).hasSize(1);
    assertThat(reasons.get(0))
        .hasMessageStartingWith("the clock of this machine was set back by PT4M,")
        .hasMessageEndingWith("start again, nothing is lost");
  }

  @Test
  void shouldEndItAlsoWhenAWrongClockIsCorrected() {
    // When, Then
    assertThat(lookAfter(Duration.ofSeconds(1), Duration.ofDays(8))).isFalse();
    assertThat(lookAfter(Duration.ofSeconds(1), Duration.ofDays(-8))).isTrue();
  }

  @Test
  void shouldNotMindASlowClock() {
    // When it loses a second in an hour, two minutes in all
    for (int i = 0; i < 120; i++) {
      assertThat(lookAfter(Duration.ofHours(1), Duration.ofSeconds(-1))).isFalse();
    }
    // Then
    assertThat(reasons).isEmpty();
  }
}
