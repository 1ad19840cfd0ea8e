package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.NodeColumns;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CategoricalFitTest {
  @Test
  void shouldCountEachValueOnceMoreThanItOccurs() {
    // Given a root with 3 values, which occur 5, 3 and 0 times while its mechanism is unbroken
    double[][] rows = {{0}, {0}, {0}, {0}, {0}, {1}, {1}, {1}, {2}, {2}};
    boolean[][] holds = new boolean[10][1];
    for (int r = 0; r < 8; r++) {
      holds[r][0] = true;
    }
    // When
    List<CategoricalDistribution> distributions =
        CategoricalFit.of(CausalGraph.empty(List.of("shape")), NodeColumns.of(3), rows, holds);
    // Then
    assertThat(distributions).hasSize(1);
    assertThat(distributions.get(0).probabilities(new float[1], 0))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(6 / 11.0, 4 / 11.0, 1 / 11.0);
  }

  @Test
  void shouldHaveATableForEachCombinationOfCategoricalCauses() {
    // Given node 2 that repeats node 1 if node 0 is 1, and never occurs with node 0 at 2
    NodeColumns columns = NodeColumns.of(3, 2, 2);
    double[][] rows = {{1, 0, 0}, {1, 1, 1}, {1, 1, 1}, {0, 1, 0}};
    // When
    CategoricalDistribution distribution = CategoricalFit.of(2, new int[] {0, 1}, columns, rows);
    // Then
    assertThat(distribution.probabilities(new float[] {1, 1, 0}, 0)[1])
        .isCloseTo(0.75, within(1e-6));
    assertThat(distribution.probabilities(new float[] {1, 0, 0}, 0)[1])
        .isCloseTo(1 / 3.0, within(1e-6));
    assertThat(distribution.probabilities(new float[] {2, 0, 0}, 0)[1])
        .isCloseTo(0.5, within(1e-6));
  }

  @Test
  void shouldFindTheLogisticDistributionOfARealCause() {
    // Given p(1 | x) = 1 / (1 + exp(-(0.5 + 2 x))) if node 1 is 0, and exp(0.5 - 2) in place of
    // exp(0.5) if it is 1
    Random random = new Random(3);
    NodeColumns columns = NodeColumns.of(1, 2, 2);
    double[][] rows = new double[20_000][];
    for (int r = 0; r < rows.length; r++) {
      double x = 1 + 0.5 * random.nextGaussian();
      int other = random.nextInt(2);
      double p = 1 / (1 + Math.exp(-(0.5 - 2 * other + 2 * x)));
      rows[r] = new double[] {x, other, random.nextDouble() < p ? 1 : 0};
    }
    // When
    CategoricalDistribution distribution = CategoricalFit.of(2, new int[] {0, 1}, columns, rows);
    // Then with the standard errors of 20,000 rows, at most 0.015, four times
    for (float x : new float[] {0, 1, 2}) {
      for (int other = 0; other < 2; other++) {
        double p = 1 / (1 + Math.exp(-(0.5 - 2 * other + 2 * x)));
        assertThat(distribution.probabilities(new float[] {x, other, 0}, 0)[1])
            .isCloseTo(p, within(0.06));
      }
    }
  }
}
