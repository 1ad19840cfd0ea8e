package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FrameDrawTest {
  @Test
  void shouldMixAsTheGeneratorOfTheJdk() {
    // Given a slow twin: the first number of a generator with that seed
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      long value = random.nextLong();
      // When
      long mixed = FrameDraw.mix(value);
      // Then
      assertThat(mixed).isEqualTo(new SplittableRandom(value).nextLong());
    }
  }

  @Test
  void shouldDependOnSourceSequenceModelAndNode() {
    // Given
    long frame = FrameDraw.frame("camera-1", 17);
    // When
    double drawn = FrameDraw.uniform(5, frame, 2);
    // Then
    assertThat(FrameDraw.uniform(5, FrameDraw.frame("camera-1", 17), 2)).isEqualTo(drawn);
    assertThat(FrameDraw.uniform(5, FrameDraw.frame("camera-2", 17), 2)).isNotEqualTo(drawn);
    assertThat(FrameDraw.uniform(5, FrameDraw.frame("camera-1", 18), 2)).isNotEqualTo(drawn);
    assertThat(FrameDraw.uniform(6, frame, 2)).isNotEqualTo(drawn);
    assertThat(FrameDraw.uniform(5, frame, 3)).isNotEqualTo(drawn);
  }

  @Test
  void shouldBeUniformAndUncorrelatedOverSuccessiveFrames() {
    // Given
    int n = 20_000;
    double[] drawn = new double[n];
    // When
    for (int i = 0; i < n; i++) {
      drawn[i] = FrameDraw.uniform(42, FrameDraw.frame("camera", i), 0);
    }
    // Then 20 cells hold 1,000 each: chi-squared below 43.8 in all but 1 of 1,000 cases; the
    // correlation of neighbours is below 3.3 standard errors in as many
    int[] cells = new int[20];
    double product = 0;
    for (int i = 0; i < n; i++) {
      cells[(int) (20 * drawn[i])]++;
      product += i == 0 ? 0 : 12 * (drawn[i] - 0.5) * (drawn[i - 1] - 0.5) / (n - 1);
    }
    double chiSquared = 0;
    for (int count : cells) {
      chiSquared += Math.pow(count - n / 20.0, 2) / (n / 20.0);
    }
    assertThat(chiSquared).isLessThan(43.8);
    assertThat(Math.abs(product)).isLessThan(3.3 / Math.sqrt(n));
  }
}
