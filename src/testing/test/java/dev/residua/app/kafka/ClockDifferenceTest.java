package dev.residua.app.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClockDifferenceTest {
  private static ClockDifference between(long least, long most) {
    return new ClockDifference(Duration.ofMillis(least), Duration.ofMillis(most));
  }

  @Test
  void shouldBeCertainOnlyOfWhatTheTimeOfTheAnswerLeaves() {
    assertThat(between(-5, 8).certain()).isZero();
    assertThat(between(4, 8).certain()).isEqualTo(Duration.ofMillis(4));
    assertThat(between(-8, -3).certain()).isEqualTo(Duration.ofMillis(3));
  }

  @Test
  void shouldRefuseBoundsInTheWrongOrder() {
    assertThatThrownBy(() -> between(2, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
