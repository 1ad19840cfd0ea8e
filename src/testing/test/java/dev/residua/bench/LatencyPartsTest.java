package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.bench.LatencyParts.Slowest;
import org.junit.jupiter.api.Test;

class LatencyPartsTest {
  @Test
  void shouldGiveThePartsOfTheSlowestFrames() {
    // Given 100 frames of 10 ms, and two slow ones
    LatencyParts parts = new LatencyParts(200);
    for (int frame = 0; frame < 98; frame++) {
      parts.sent(frame, 1_000);
      parts.read(frame, 6_000, 10_000);
    }
    parts.sent(98, 2_000);
    parts.read(98, 62_000, 100_000);
    parts.sent(99, 4_000);
    parts.read(99, 24_000, 300_000);

    // When
    Slowest slowest = parts.slowest(0.02);

    // Then frames that were not read do not count
    assertThat(slowest.frames()).isEqualTo(2);
    assertThat(slowest.sendMillis()).isCloseTo((2 + 4) / 2.0, within(1e-9));
    assertThat(slowest.scoreMillis()).isCloseTo((60 + 20) / 2.0, within(1e-9));
    assertThat(slowest.commitMillis()).isCloseTo((38 + 276) / 2.0, within(1e-9));
  }

  @Test
  void shouldAddUpWhereTheTimeOfARecordIsRounded() {
    // Given a score whose time in milliseconds lies before its frame was sent
    LatencyParts parts = new LatencyParts(1);
    parts.sent(0, 900);
    parts.read(0, -400, 3_000);

    // When
    Slowest slowest = parts.slowest(0.01);

    // Then
    assertThat(slowest.sendMillis() + slowest.scoreMillis() + slowest.commitMillis())
        .isCloseTo(3, within(1e-9));
    assertThat(slowest.scoreMillis()).isZero();
  }

  @Test
  void shouldBeEmptyWithoutLoad() {
    assertThat(new LatencyParts(0).slowest(0.01)).isEqualTo(new Slowest(0, 0, 0, 0));
  }
}
