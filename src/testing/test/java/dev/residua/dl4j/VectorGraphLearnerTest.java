package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.training.LancaSettings.FixedGraph;
import dev.residua.training.LancaSettings.OrderRelaxation;
import dev.residua.training.TrainingSettings;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class VectorGraphLearnerTest {
  private static final TrainingSettings SETTINGS =
      TrainingSettings.DEFAULTS.withLatents(3).withSteps(200).withBatches(64, 1).withSeed(5);

  /** Standardised rows of {@code z1 = z0^2 + 0.1 n}, {@code z2} on its own. */
  private static double[][] vectors(int n) {
    Random random = new Random(1);
    double[][] z = new double[n][3];
    for (double[] row : z) {
      row[0] = random.nextGaussian();
      row[1] = (row[0] * row[0] - 1 + 0.1 * random.nextGaussian()) / Math.sqrt(2.01);
      row[2] = random.nextGaussian();
    }
    return z;
  }

  @Test
  void shouldGiveProbabilitiesOfAGraphWithoutCycles() {
    for (OrderRelaxation relaxation : OrderRelaxation.values()) {
      // Given
      TrainingSettings settings =
          SETTINGS.withLanca(
              l ->
                  l.graph(
                      l.graph()
                          .with(
                              g -> {
                                g.relaxation(relaxation);
                                // So few steps move nothing at the usual rates.
                                g.orderRate(0.1);
                                g.edgeRate(0.03);
                              })));

      // When
      double[][] learnt = new VectorGraphLearner().learn(vectors(1_000), settings);

      // Then
      assertThat(learnt.length).isEqualTo(3);
      boolean[][] edges = new boolean[3][3];
      for (int i = 0; i < 3; i++) {
        assertThat(learnt[i][i]).isZero();
        for (int j = 0; j < 3; j++) {
          assertThat(learnt[i][j]).isBetween(0.0, 1.0);
          edges[i][j] = learnt[i][j] > 0.5;
        }
      }
      // and a graph with a cycle would be refused
      assertThat(new FixedGraph(edges).size()).isEqualTo(3);
      // and of the three pairs the one that depends is the likeliest to have an edge
      double dependent = learnt[0][1] + learnt[1][0];
      assertThat(dependent)
          .as("%s: %s", relaxation, Arrays.deepToString(learnt))
          .isGreaterThan(learnt[0][2] + learnt[2][0])
          .isGreaterThan(learnt[1][2] + learnt[2][1]);
    }
  }

  @Test
  void shouldRepeatItselfForASeed() {
    // Given
    TrainingSettings few = SETTINGS.withSteps(30);
    double[][] z = vectors(200);

    // When
    double[][] first = new VectorGraphLearner().learn(z, few);
    double[][] again = new VectorGraphLearner().learn(z, few);
    double[][] other = new VectorGraphLearner().learn(z, few.withSeed(6));

    // Then
    assertThat(again).isDeepEqualTo(first);
    assertThat(Arrays.deepEquals(other, first)).isFalse();
  }

  @Test
  void shouldRefuseRowsThatDoNotFillABatch() {
    assertThatThrownBy(() -> new VectorGraphLearner().learn(vectors(63), SETTINGS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("63 vectors of 3 values do not give batches of 64 with 3 latents");
    assertThatThrownBy(() -> new VectorGraphLearner().learn(vectors(100), SETTINGS.withLatents(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("with 4 latents");
    assertThatThrownBy(() -> new VectorGraphLearner().learn(new double[0][], SETTINGS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 vectors of 0 values");
  }
}
