package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChangePointsTest {
  /**
   * The critical value is the 99.99 % quantile of independent normal blocks, raised by a tenth: 40
   * of 400,000 series exceed the quantile. With other seeds this would fail once in 10,000 times.
   */
  @ParameterizedTest
  @ValueSource(ints = {8, 9, 10, 11, 12, 13, 14, 15, 16})
  void shouldRarelySeeAChangeInIndependentBlocks(int number) {
    // Given
    SplittableRandom random = new SplittableRandom(1);
    double[] blocks = new double[number];
    int above = 0;
    // When
    for (int s = 0; s < 400_000; s++) {
      for (int i = 0; i < number; i++) {
        blocks[i] = random.nextGaussian();
      }
      above += ChangePoints.largest(blocks).t() > ChangePoints.critical(number) / 1.1 ? 1 : 0;
    }
    // Then
    assertThat(above).isBetween(15, 70);
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
