package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class CategoricalDistributionTest {
  private static final double[] UNEVEN = {0.2, 0.05, 0.45, 0.2, 0.1};

  @Test
  void shouldReadProbabilitiesOfEachCombinationAndCause() {
    // Given node 1 with 2 values, caused by node 0 with 3 values and by node 2, a real number
    float log3 = (float) Math.log(3);
    CategoricalDistribution distribution =
        new CategoricalDistribution(
            1,
            2,
            new int[] {0, 2},
            new int[] {3, 1},
            new float[] {0, 0, 0, log3, 0, 1},
            new float[] {0, 2});
    // When
    double[] even = distribution.probabilities(new float[] {9, 0, 0, 0}, 1);
    double[] second = distribution.probabilities(new float[] {1, 0, 0}, 0);
    double[] third = distribution.probabilities(new float[] {2, 0, 0.5f}, 0);
    double[] missing = distribution.probabilities(new float[] {2, 0, Float.NaN}, 0);
    // Then
    assertThat(even).containsExactly(0.5, 0.5);
    assertThat(second[1]).isCloseTo(0.75, within(1e-6));
    assertThat(third[1]).isCloseTo(1 / (1 + Math.exp(-2)), within(1e-6));
    assertThat(missing).containsOnly(Double.NaN);
    assertThat(CategoricalDistribution.deviate(missing, 0, 0.5)).isNaN();
    assertThat(CategoricalDistribution.mean(second)).isCloseTo(0.75, within(1e-6));
  }

  @Test
  void shouldBeStandardNormalUnderEveryDistribution() {
    for (double[] distribution : List.of(UNEVEN, new double[] {0.25, 0.25, 0.25, 0.25})) {
      // Given all values with U in the middle of 1,000 equal parts, each with its probability
      List<double[]> weighted = new ArrayList<>();
      for (int v = 0; v < distribution.length; v++) {
        for (int i = 0; i < 1_000; i++) {
          // When
          double deviate = CategoricalDistribution.deviate(distribution, v, (i + 0.5) / 1_000);
          weighted.add(new double[] {deviate, distribution[v] / 1_000});
        }
      }
      // Then their distribution function is Phi, up to half a part and the error of Phi
      weighted.sort(Comparator.comparingDouble(pair -> pair[0]));
      double below = 0;
      for (double[] pair : weighted) {
        assertThat(Normal.cdf(pair[0])).isCloseTo(below + pair[1] / 2, within(1e-6));
        below += pair[1];
      }
    }
  }

  @Test
  void shouldGiveARarerValueALargerDeviateAndOrderEqualOnes() {
    // Given
    double[] distribution = UNEVEN;
    // When values are ordered by their deviates
    List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3, 4));
    order.sort(
        Comparator.comparingDouble(v -> CategoricalDistribution.deviate(distribution, v, 0.5)));
    // Then
    assertThat(order).containsExactly(2, 0, 3, 4, 1);
    assertThat(CategoricalDistribution.deviate(distribution, 1, 0.5))
        .isCloseTo(1.95996, within(1e-4)); // 97.5 %
    // and one of one in a billion is not infinite
    double[] rare = {1 - 1e-9, 1e-9};
    assertThat(CategoricalDistribution.deviate(rare, 1, 0.5)).isBetween(5.9, 6.3);
  }

  @Test
  void shouldRefuseAnInvalidDistribution() {
    assertThatThrownBy(() -> CategoricalDistribution.uniform(0, 1))
        .hasMessageContaining("has 1 values");
    assertThatThrownBy(
            () ->
                new CategoricalDistribution(
                    0, 2, new int[] {1}, new int[] {3}, new float[4], new float[0]))
        .hasMessageContaining("has 4 intercepts and 0 slopes, expected 6 and 0");
  }
}
