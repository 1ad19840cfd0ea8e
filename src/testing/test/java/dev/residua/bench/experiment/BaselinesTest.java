package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BaselinesTest {
  /** A chain a -> b -> c. */
  private static final CausalGraph CHAIN =
      CausalGraph.of(
          List.of("a", "b", "c"),
          new boolean[][] {{false, true, false}, {false, false, true}, new boolean[3]});

  private static double[][] chain(int n, long seed, double shiftOfB) {
    Random random = new Random(seed);
    double[][] rows = new double[n][3];
    for (double[] row : rows) {
      row[0] = random.nextGaussian();
      row[1] = 2 * row[0] + 1 + 0.5 * random.nextGaussian() + shiftOfB;
      row[2] = -row[1] + 0.5 * random.nextGaussian();
    }
    return rows;
  }

  @Test
  void shouldFitLinearEquations() {
    // Given
    LinearEquations equations = LinearEquations.fit(CHAIN, chain(20_000, 1, 0));

    // When b is 1.5 above 2 a + 1, and c is -b
    float[] residuals = equations.residuals(new float[] {0.5f, 3.5f, -3.5f});

    // Then noise has a standard deviation of 0.5
    assertThat(residuals[1]).isCloseTo(3, within(0.06f));
    assertThat(residuals[2]).isCloseTo(0, within(0.06f));
  }

  @Test
  void shouldBlameWhatEachMethodBlames() {
    // Given
    Baselines baselines = new Baselines(CHAIN, chain(5_000, 2, 0));
    double[][] shifted = chain(32, 3, 6);

    // When
    int largest = baselines.largestStatistic(chain(32, 4, 0.0));
    int shiftedLargest = baselines.largestStatistic(shifted);
    int traversal = baselines.smoothTraversal(shifted);

    // Then c moves with b, so marginals may blame either; the gap over its cause is at b
    assertThat(largest).isBetween(0, 2);
    assertThat(shiftedLargest).isIn(1, 2);
    assertThat(traversal).isEqualTo(1);
  }

  @Test
  void shouldAddTheScoresBelowAnAbnormalNode() {
    // Given maxima 4, 1, 3.5: the middle is normal, so a gets c's score on top
    Baselines baselines = new Baselines(CHAIN, chain(500, 5, 0));
    double[][] window = {{4, 1, 0}, {0, 0, 3.5}};
    double[][] normalTop = {{2, 1, 0}, {0, 0, 3.5}};
    // When
    // Then
    assertThat(baselines.descendantAdjusted(window)).isZero();
    assertThat(baselines.descendantAdjusted(normalTop)).isEqualTo(2);
  }
}
