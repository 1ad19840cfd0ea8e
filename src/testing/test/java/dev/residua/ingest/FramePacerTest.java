package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FramePacerTest {
  private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

  private static long taken(double rate, double cameraRate, double jitterMillis, int seconds) {
    Random random = new Random(11);
    FramePacer pacer = FramePacer.atMost(rate);
    return IntStream.range(0, (int) (cameraRate * seconds))
        .mapToObj(
            i ->
                START.plusNanos(
                    (long) ((i / cameraRate * 1e3 + jitterMillis * random.nextDouble()) * 1e6)))
        .filter(pacer::takes)
        .count();
  }

  @Test
  void shouldThinOutAFastCameraToTheRate() {
    assertThat(taken(2, 25, 15, 100)).isBetween(198L, 201L);
    assertThat(taken(10, 30, 0, 100)).isBetween(998L, 1_001L);
  }

  @Test
  void shouldTakeEveryFrameOfACameraAtTheRate() {
    assertThat(taken(2, 2, 20, 100)).isBetween(199L, 200L);
  }

  @Test
  void shouldTakeEveryFrameOfASlowCamera() {
    assertThat(taken(2, 0.5, 100, 100)).isEqualTo(50);
  }

  @Test
  void shouldGoOnWhenTheClockIsSetBack() {
    // Given
    FramePacer pacer = FramePacer.atMost(2);
    pacer.takes(START);

    // When, Then
    assertThat(pacer.takes(START.minus(Duration.ofHours(1)))).isTrue();
    assertThat(pacer.takes(START.minus(Duration.ofHours(1)).plusMillis(100))).isFalse();
  }
}
