package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackOffTest {
  @Test
  void shouldDoubleUpToTheLimitAndDrawTheSecondHalf() {
    // Given
    Random random = new Random(7);
    long[] whole = {1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000};

    for (int failures = 1; failures <= whole.length; failures++) {
      int count = failures;
      // When
      long[] pauses =
          IntStream.range(0, 500)
              .mapToLong(i -> BackOff.DEFAULT.after(count, random).toMillis())
              .sorted()
              .toArray();

      // Then
      long most = whole[failures - 1];
      assertThat(pauses[0]).isBetween(most / 2, most * 52 / 100);
      assertThat(pauses[pauses.length - 1]).isBetween(most * 98 / 100, most);
    }
  }

  @Test
  void shouldStayAtTheLimitAfterAnyNumberOfFailures() {
    assertThat(BackOff.DEFAULT.after(Integer.MAX_VALUE, new Random(1)))
        .isBetween(Duration.ofSeconds(15), Duration.ofSeconds(30));
  }

  @Test
  void shouldRefusePausesThatShrink() {
    assertThatThrownBy(() -> new BackOff(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .hasMessageContaining("PT2S to PT1S");
  }
}
