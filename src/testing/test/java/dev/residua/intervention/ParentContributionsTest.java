package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

class ParentContributionsTest {
  private static final int FRAMES = 48;
  private final double[] a = new Random(1).doubles(FRAMES, -2, 3).toArray();
  private final double[] b = new Random(2).doubles(FRAMES, 5, 6).toArray();

  private double[] expected(DoubleBinaryOperator equation) {
    double[] expected = new double[FRAMES];
    for (int t = 0; t < FRAMES; t++) {
      expected[t] = equation.applyAsDouble(a[t], b[t]);
    }
    return expected;
  }

  @Test
  void shouldSplitAPolynomialExactly() {
    // Given an equation around its centres 1 and 5.5
    double[] expected =
        expected(
            (x, y) ->
                4
                    + 2 * (x - 1)
                    - 0.5 * Math.pow(x - 1, 3)
                    + 3 * (y - 5.5)
                    + 0.7 * (x - 1) * (y - 5.5));
    // When
    ParentContributions parts =
        ParentContributions.of(new double[][] {a, b}, new double[] {1, 5.5}, expected);
    // Then
    for (int t = 0; t < FRAMES; t++) {
      double x = a[t] - 1;
      double y = b[t] - 5.5;
      assertThat(parts.own()[0][t]).isCloseTo(2 * x - 0.5 * x * x * x, within(1e-4));
      assertThat(parts.own()[1][t]).isCloseTo(3 * y, within(1e-4));
      assertThat(parts.joint()[0][t]).isCloseTo(0.7 * x * y, within(1e-4));
      assertThat(parts.rest()[t]).isCloseTo(0, within(1e-4));
    }
  }

  @Test
  void shouldGiveNothingToACauseThatStandsStill() {
    // Given
    double[] still = new double[FRAMES];
    double[] expected = expected((x, y) -> 2 * x);
    // When
    ParentContributions parts =
        ParentContributions.of(new double[][] {a, still}, new double[] {0.5, 0}, expected);
    // Then
    assertThat(parts.own()[1]).containsOnly(0);
    assertThat(parts.joint()[0]).containsOnly(0);
    assertThat(parts.own()[0][7]).isCloseTo(2 * (a[7] - 0.5), within(1e-4));
  }

  @Test
  void shouldUseFewerTermsForManyCauses() {
    // Given ten causes and 48 frames: 75 terms of third degree, 65 of second, 10 of first
    double[][] causes = new double[10][];
    double[] expected = new double[FRAMES];
    for (int k = 0; k < causes.length; k++) {
      causes[k] = new Random(k).doubles(FRAMES, -1, 1).toArray();
      for (int t = 0; t < FRAMES; t++) {
        expected[t] += k * causes[k][t];
      }
    }
    // When
    ParentContributions parts = ParentContributions.of(causes, new double[10], expected);
    // Then
    assertThat(parts.joint()).isEmpty();
    for (int k = 0; k < causes.length; k++) {
      assertThat(parts.own()[k][3]).isCloseTo(k * causes[k][3], within(1e-4));
    }
  }
}
