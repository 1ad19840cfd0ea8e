package dev.residua.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FrameSequenceTest {
  private static final Instant START = Instant.ofEpochSecond(1_000_000);

  @Test
  void shouldCountFromTheFramesSince1970() {
    // Given
    FrameSequence sequence = new FrameSequence(START, 2);

    // When, Then
    assertThat(sequence.next()).isEqualTo(2_000_000);
    assertThat(sequence.next()).isEqualTo(2_000_001);
  }

  @Test
  void shouldLeaveAGapAsLongAsTheMissedFramesAfterARestart() {
    // Given 100 seconds of frames at the full rate, then ten seconds without a process
    FrameSequence before = new FrameSequence(START, 2);
    long last = -1;
    for (int i = 0; i < 200; i++) {
      last = before.next();
    }

    // When
    FrameSequence after = new FrameSequence(START.plusSeconds(110), 2);

    // Then
    assertThat(after.next() - last).isEqualTo(21);
  }

  @Test
  void shouldRefuseARateOfZero() {
    assertThatThrownBy(() -> new FrameSequence(START, 0)).hasMessageContaining("above 0");
  }
}
