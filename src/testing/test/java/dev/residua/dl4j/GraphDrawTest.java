package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.training.LancaSettings.OrderRelaxation;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GraphDrawTest {
  private static final int D = 4;
  private static final double[] SCORES = {0.3, -0.1, 0.8, 0};

  @ParameterizedTest
  @EnumSource
  void shouldDrawGraphsWithoutCycles(OrderRelaxation relaxation) {
    // Given gates that are nearly always open
    Random random = new Random(1);
    double[] logits = filled(9);
    for (int draw = 0; draw < 50; draw++) {
      // When
      double[] graph =
          GraphDraw.of(relaxation, scores(relaxation, random), logits, 0.5, 0.5, random)
              .adjacency();
      // Then every pair has one direction, and some latent has no cause
      boolean root = false;
      for (int j = 0; j < D; j++) {
        double causes = 0;
        for (int i = 0; i < D; i++) {
          causes += graph[i * D + j];
          assertThat(graph[i * D + j] + graph[j * D + i]).isLessThanOrEqualTo(1);
        }
        root |= causes == 0;
      }
      assertThat(root).isTrue();
    }
  }

  @Test
  void shouldPutHigherScoresFirstMoreOften() {
    // Given
    Random random = new Random(2);
    int[] first = new int[D];
    // When
    for (int draw = 0; draw < 20_000; draw++) {
      double[] noisy = new double[D];
      for (int i = 0; i < D; i++) {
        noisy[i] = SCORES[i] - Math.log(-Math.log(random.nextDouble()));
      }
      first[new SoftSort(noisy, 0.5).hard()[0]]++;
    }
    // Then a latent leads with probability softmax(score), the Gumbel-max rule
    double total = 0;
    for (double score : SCORES) {
      total += Math.exp(score);
    }
    for (int j = 0; j < D; j++) {
      assertThat(first[j] / 20_000.0).isCloseTo(Math.exp(SCORES[j]) / total, within(0.015));
    }
  }

  @Test
  void shouldOpenGatesWithTheProbabilityOfTheirLogit() {
    // Given two latents of which one nearly always comes first
    Random random = new Random(3);
    double[] scores = {30, 0};
    double[] logits = {0, 1.5, 1.5, 0};
    double open = 0;
    // When
    for (int draw = 0; draw < 20_000; draw++) {
      double[] graph =
          GraphDraw.of(OrderRelaxation.SOFT_SORT, scores, logits, 0.3, 0.3, random).adjacency();
      open += graph[1];
      assertThat(graph[2]).isZero();
    }
    // Then
    assertThat(open / 20_000.0).isCloseTo(1 / (1 + Math.exp(-1.5)), within(0.01));
  }

  @ParameterizedTest
  @EnumSource
  void shouldReadOutAGraphWithoutCycles(OrderRelaxation relaxation) {
    // Given latent 2 first, then 0, 3, 1
    double[] scores =
        relaxation == OrderRelaxation.SOFT_SORT
            ? SCORES
            : new double[] {0, 0, 2, 0, 2, 0, 0, 0, 0, 0, 0, 2, 0, 2, 0, 0};
    // When
    double[][] edges = GraphDraw.readOut(relaxation, scores, filled(2));
    // Then
    assertThat(edges[2][0]).isGreaterThan(0.8);
    assertThat(edges[0][3]).isGreaterThan(0.8);
    assertThat(edges[3][1]).isGreaterThan(0.8);
    assertThat(edges[0][2] + edges[3][0] + edges[1][3] + edges[1][1]).isZero();
  }

  @Test
  void shouldHaveTheGradientOfSoftSort() {
    // Given
    double[] scores = {0.31, -0.12, 0.83, 0.02};
    // When
    // Then
    checkGradient(scores, x -> new SoftSort(x, 0.4));
  }

  @Test
  void shouldHaveTheGradientOfSinkhorn() {
    // Given
    double[] logits = normal(5, D * D);
    // When
    // Then
    checkGradient(logits, x -> new Sinkhorn(x, D, 0.7));
  }

  @Test
  void shouldNormaliseRowsAndColumns() {
    // Given
    double[] soft = new Sinkhorn(normal(6, D * D), D, 0.5).soft();
    // When
    // Then
    for (int i = 0; i < D; i++) {
      double row = 0;
      double column = 0;
      for (int j = 0; j < D; j++) {
        row += soft[i * D + j];
        column += soft[j * D + i];
      }
      assertThat(row).isCloseTo(1, within(2e-3));
      assertThat(column).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void shouldApproachTheBestAssignmentWhenCold() {
    // Given
    double[] logits = normal(7, D * D);
    // When
    Sinkhorn cold = new Sinkhorn(logits, D, 0.02);
    // Then the limit of temperature 0 is the assignment
    for (int r = 0; r < D; r++) {
      assertThat(cold.soft()[r * D + cold.hard()[r]]).isGreaterThan(0.95);
    }
  }

  @Test
  void shouldHaveTheGradientOfWhatAnOrderAllows() {
    // Given
    double[] order = normal(8, D * D);
    double[] direction = normal(9, D * D);
    // When
    double[] gradient = GraphDraw.maskGradient(order, direction, D);
    // Then
    assertThat(gradient)
        .usingComparatorWithPrecision(1e-7)
        .containsExactly(Differences.of(order, x -> dot(GraphDraw.mask(x, D), direction)));
  }

  @Test
  void shouldPassGradientsThroughAsIfTheDrawWereSoft() {
    // Given a draw whose noise is known because it is drawn again
    double[] logits = normal(10, D * D);
    double[] direction = normal(11, D * D);
    GraphDraw draw =
        GraphDraw.of(OrderRelaxation.SOFT_SORT, SCORES, logits, 0.5, 0.7, new Random(12));
    // When
    double[] byScores = new double[D];
    double[] byLogits = new double[D * D];
    draw.backward(direction, byScores, byLogits);
    // Then gates: for an edge that the order allows, the slope of the sigmoid with the noise
    Random again = new Random(12);
    double[] noisy = new double[D];
    for (int i = 0; i < D; i++) {
      noisy[i] = SCORES[i] - Math.log(-Math.log(again.nextDouble()));
    }
    double[] gates = new double[D * D];
    SoftSort sort = new SoftSort(noisy, 0.5);
    double[] hard = new double[D * D];
    for (int r = 0; r < D; r++) {
      hard[r * D + sort.hard()[r]] = 1;
    }
    double[] allowed = GraphDraw.mask(hard, D);
    for (int k = 0; k < D * D; k++) {
      double u = again.nextDouble();
      double soft = 1 / (1 + Math.exp(-(logits[k] + Math.log(u) - Math.log1p(-u)) / 0.7));
      gates[k] = k % (D + 1) != 0 && soft > 0.5 ? 1 : 0;
      double expected = k % (D + 1) == 0 ? 0 : direction[k] * allowed[k] * soft * (1 - soft) / 0.7;
      assertThat(byLogits[k]).isCloseTo(expected, within(1e-12));
    }
    // and scores: the soft permutation's slope at the hard permutation's mask
    double[] byMask = new double[D * D];
    for (int k = 0; k < D * D; k++) {
      byMask[k] = direction[k] * gates[k];
    }
    double[] byOrder = GraphDraw.maskGradient(hard, byMask, D);
    double[] slopes = Differences.of(noisy, x -> dot(new SoftSort(x, 0.5).soft(), byOrder));
    assertThat(byScores).usingComparatorWithPrecision(1e-6).containsExactly(slopes);
  }

  @Test
  void shouldMeasureTheDivergenceOfGatesFromTheirPrior() {
    // Given gates of 0.3 on the two off-diagonal places
    double logit = Math.log(0.3 / 0.7);
    double[] logits = {5, logit, logit, 5};
    double[] gradient = new double[4];
    // When
    double value = GraphDraw.divergence(logits, 0.05, 2, gradient);
    // Then
    double one = 0.3 * Math.log(0.3 / 0.05) + 0.7 * Math.log(0.7 / 0.95);
    assertThat(value).isCloseTo(2 * one, within(1e-9));
    double[] slopes =
        Differences.of(logits, x -> 2 * GraphDraw.divergence(x, 0.05, 0, new double[4]));
    assertThat(gradient).usingComparatorWithPrecision(1e-6).containsExactly(slopes);
  }

  private static void checkGradient(double[] x, Function<double[], OrderSample> relaxation) {
    double[] direction = normal(13, D * D);
    ToDoubleFunction<double[]> loss = at -> dot(relaxation.apply(at).soft(), direction);
    assertThat(relaxation.apply(x).backward(direction))
        .usingComparatorWithPrecision(1e-6)
        .containsExactly(Differences.of(x, loss));
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += a[k] * b[k];
    }
    return sum;
  }

  private static double[] scores(OrderRelaxation relaxation, Random random) {
    return relaxation == OrderRelaxation.SOFT_SORT ? SCORES : normal(random.nextLong(), D * D);
  }

  private static double[] normal(long seed, int count) {
    Random random = new Random(seed);
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      values[k] = random.nextGaussian();
    }
    return values;
  }

  private static double[] filled(double value) {
    double[] values = new double[D * D];
    java.util.Arrays.fill(values, value);
    return values;
  }
}
