package dev.residua.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TwoComponentMixtureTest {
  private static double[][] points(int n, java.util.function.IntToDoubleFunction value) {
    double[][] points = new double[n][1];
    Arrays.setAll(points, i -> new double[] {value.applyAsDouble(i)});
    return points;
  }

  @Test
  void shouldGiveTheShareOfKnownDistributions() {
    // Given
    Random random = new Random(3);
    int n = 100;
    // When, Then: two values; a grid, 3 n^2 / (4 (n^2 - 1)); normal numbers, 2 / pi
    assertThat(TwoComponentMixture.of(points(n, i -> i % 3 == 0 ? -1 : 5)).share())
        .isEqualTo(1, within(1e-9));
    assertThat(TwoComponentMixture.of(points(n, i -> i)).share())
        .isEqualTo(3.0 * n * n / (4.0 * (n * n - 1)), within(1e-9));
    assertThat(TwoComponentMixture.of(points(400, i -> random.nextGaussian())).share())
        .isEqualTo(2 / Math.PI, within(0.05));
    assertThat(TwoComponentMixture.of(points(n, i -> 7)).share()).isZero();
  }

  @Test
  void shouldRarelyFindTwoGroupsInSixteenNormalNumbers() {
    // Given
    Random random = new Random(4);
    int found = 0;
    // When
    for (int trial = 0; trial < 2_000; trial++) {
      found +=
          TwoComponentMixture.of(points(16, i -> random.nextGaussian())).share() >= 0.9 ? 1 : 0;
    }
    // Then
    assertThat(found).isLessThanOrEqualTo(4);
  }

  @Test
  void shouldMeasureOtherPointsByTheSameGroups() {
    // Given groups by parity, which distinguish the first and not the second of two other values
    TwoComponentMixture groups = TwoComponentMixture.of(points(64, i -> i % 2));
    // When, Then
    assertThat(groups.shareOf(points(64, i -> -3 * (i % 2)))).isEqualTo(1, within(1e-9));
    assertThat(groups.shareOf(points(64, i -> (i / 2) % 2))).isZero();
  }

  @Test
  void shouldRefuseTooFewPoints() {
    assertThatThrownBy(() -> TwoComponentMixture.of(new double[7][1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least 8 points but got 7");
  }
}
