package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.CausalGraph;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The oracle is the spread of the true noises over the residuals, by least squares. */
class LeaningTest {
  private static final int FRAMES = 20_000;

  /** Share of the reading of the valve that comes from the pixels of the level. */
  private static final double LEANING = 0.3;

  private static final double SLOPE = 1.9;
  private static final double TO_GAUGE = 0.7;
  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("valve", "level", "gauge"),
          new boolean[][] {{false, true, false}, {false, false, true}, new boolean[3]});

  private final double[][] noises = new double[FRAMES][3];
  private final double[][] readings = new double[FRAMES][3];
  private final double[][] residuals = new double[FRAMES][3];

  LeaningTest() {
    SplittableRandom random = new SplittableRandom(1);
    double[][] values = new double[FRAMES][3];
    for (int r = 0; r < FRAMES; r++) {
      double[] deviations = {1, 0.6, 0.4};
      for (int k = 0; k < 3; k++) {
        noises[r][k] = deviations[k] * random.nextGaussian();
      }
      values[r][0] = noises[r][0];
      values[r][1] = SLOPE * values[r][0] + noises[r][1];
      values[r][2] = TO_GAUGE * values[r][1] + noises[r][2];
      readings[r][0] = (1 - LEANING) * values[r][0] + LEANING * values[r][1] / SLOPE;
      readings[r][1] = values[r][1];
      readings[r][2] = values[r][2];
    }
    double slope = slope(0, 1);
    double toGauge = slope(1, 2);
    for (int r = 0; r < FRAMES; r++) {
      residuals[r][0] = readings[r][0];
      residuals[r][1] = readings[r][1] - slope * readings[r][0];
      residuals[r][2] = readings[r][2] - toGauge * readings[r][1];
    }
  }

  private double slope(int from, int to) {
    double product = 0;
    double square = 0;
    for (double[] row : readings) {
      product += row[from] * row[to];
      square += row[from] * row[from];
    }
    return product / square;
  }

  private static double deviation(double[][] rows, int k) {
    double square = 0;
    for (double[] row : rows) {
      square += row[k] * row[k];
    }
    return Math.sqrt(square / FRAMES);
  }

  @Test
  void shouldGiveTheSpreadOfTheTrueNoises() {
    // Given
    double movement = LEANING / SLOPE * deviation(readings, 1) / deviation(readings, 0);
    // When
    Monitorability found =
        Leaning.of(GRAPH, Map.of("ownPixels.1.0", movement), 3, readings, residuals).orElseThrow();
    // Then
    Monitorability truth = Monitorability.of(residuals, noises);
    for (int k = 0; k < 3; k++) {
      for (int j = 0; j < 3; j++) {
        assertThat(found.matrix()[k][j] / found.matrix()[j][j])
            .as("%d by %d", k, j)
            .isCloseTo(truth.matrix()[k][j] / truth.matrix()[j][j], within(0.05));
      }
    }
    assertThat(truth.matrix()[0][1]).isGreaterThan(0.05);
    // And the part of a fault of the level that its residual shows
    double shown = truth.matrix()[1][1] * deviation(residuals, 1) / deviation(noises, 1);
    assertThat(shown).isLessThan(0.75);
    assertThat(found.matrix()[1][1]).isCloseTo(shown, within(0.02));
  }

  @Test
  void shouldLeaveResidualsAsTheyAreIfNothingLeans() {
    assertThat(Leaning.of(GRAPH, Map.of("ownPixels.1.0", 0.05), 3, readings, residuals)).isEmpty();
    assertThat(Leaning.of(GRAPH, Map.of(), 3, readings, residuals)).isEmpty();
  }
}
