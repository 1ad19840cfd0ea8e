package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.frame.Frame;
import dev.residua.frame.PixelFormat;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MotionSamplingTest {
  private static Frame frame(String source, long sequence) {
    return new Frame(
        source, sequence, Instant.EPOCH, 1, 1, PixelFormat.GRAY8, new byte[1], Map.of());
  }

  @Test
  void shouldSampleEvenlyInAnySource() {
    for (String source : new String[] {"cam1", "cam2", "a much longer name"}) {
      int sampled = 0;
      long last = -1;
      for (int i = 0; i < 100_000; i++) {
        if (MotionSampling.samples(frame(source, i), false)) {
          assertThat(last < 0 ? 8 : i - last).isIn(5L, 8L, 13L);
          last = i;
          sampled++;
        }
      }
      assertThat(sampled / 100_000.0).isCloseTo(0.125, within(0.001));
    }
  }

  @Test
  void shouldSampleSourcesThatTakeTurns() {
    // Offsets of one source among many on a partition: they rise in steps of a fixed size.
    for (int step = 1; step <= 64; step++) {
      int sampled = 0;
      for (int i = 0; i < 4_000; i++) {
        sampled += MotionSampling.samples(frame("cam1", (long) step * i), false) ? 1 : 0;
      }
      assertThat(sampled / 4_000.0).as("step %d", step).isCloseTo(0.125, within(0.02));
    }
  }

  @Test
  void shouldSampleThreeOfEightFramesThatHideALatent() {
    for (String source : new String[] {"cam1", "cam2", "a much longer name"}) {
      int last = 0; // bits of the last frames
      for (int i = 0; i < 100_000; i++) {
        boolean sampled = MotionSampling.samples(frame(source, i), true);
        last = last << 1 & 0xFF | (sampled ? 1 : 0);
        // Then
        assertThat(i < 7 ? 3 : Integer.bitCount(last)).isBetween(3, 5);
        assertThat(sampled || !MotionSampling.samples(frame(source, i), false)).isTrue();
      }
    }
  }
}
