package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ChangePointsTest {
  /** The critical value is the 99.99 % quantile of independent normal blocks, raised by a tenth. */
  @Test
  void shouldRarelySeeAChangeInIndependentBlocks() {
    // Given
    SplittableRandom random = new SplittableRandom(1);
    int series = 400_000;
    double[] largest = new double[series];
    // When
    for (int s = 0; s < series; s++) {
      double[] blocks = new double[ChangePoints.BLOCKS];
      for (int i = 0; i < blocks.length; i++) {
        blocks[i] = random.nextGaussian();
      }
      largest[s] = ChangePoints.largest(blocks).t();
    }
    Arrays.sort(largest);
    // Then: 40 series exceed the quantile
    assertThat(largest[(int) (0.9999 * series)])
        .isCloseTo(ChangePoints.CRITICAL / 1.1, within(0.25));
  }

  /** Two levels without noise but for one pair: the two-sample t by hand. */
  @Test
  void shouldMeasureAChange() {
    // Given
    double[] blocks = {0, 0, 1, -1, 5, 5, 5, 5};
    // When
    ChangePoints.Change change = ChangePoints.largest(blocks);
    // Then
    assertThat(change.difference()).isCloseTo(5, within(1e-9));
    assertThat(change.t()).isCloseTo(5 / Math.sqrt(2.0 / 6 * (0.25 + 0.25)), within(1e-9));
  }
}
