package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.bench.experiment.SimulatedSource.Distribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulatedSourceTest {
  private static final double FIVE_PERCENT = 1.644_854;

  /** 5 % points from tables: 2.0150 of t5, 2.7326 and 15.5073 of chi-squared with 8 degrees. */
  @Test
  void shouldScoreInnovationsByTheirOwnDistribution() {
    double student = 2.0150 * Math.sqrt(0.6);
    assertThat(Distribution.STUDENT.score(student)).isCloseTo(FIVE_PERCENT, within(1e-4));
    assertThat(Distribution.STUDENT.score(-student)).isCloseTo(-FIVE_PERCENT, within(1e-4));
    assertThat(Distribution.SKEWED.score((15.5073 / 2 - 4) / 2))
        .isCloseTo(FIVE_PERCENT, within(1e-4));
    assertThat(Distribution.SKEWED.score((2.7326 / 2 - 4) / 2))
        .isCloseTo(-FIVE_PERCENT, within(1e-4));
    assertThat(Distribution.SKEWED.score(-3)).as("below all values").isLessThan(-6);
    assertThat(Distribution.GAUSS.score(1.5)).isEqualTo(1.5);
  }

  @ParameterizedTest
  @EnumSource(Distribution.class)
  void shouldInvertItsScores(Distribution distribution) {
    for (double score = -4; score <= 4; score += 0.5) {
      assertThat(distribution.score(distribution.innovation(score)))
          .as("%s", distribution)
          .isCloseTo(score, within(1e-5));
    }
  }

  /** Of 40,000 scores, the mean has a standard error of 0.005 and the square one of 0.007. */
  @ParameterizedTest
  @EnumSource(Distribution.class)
  void shouldDrawInnovationsWithNormalScores(Distribution distribution) {
    // Given
    SimulatedSource source = new SimulatedSource(distribution, 0, 4, false, 11);
    double sum = 0;
    double squares = 0;
    // When
    for (int t = 0; t < 10_000; t++) {
      for (float residual : source.next()) {
        double score = distribution.score(residual);
        sum += score;
        squares += score * score;
      }
    }
    // Then, within four standard errors: one of six fails by chance in 3,000 seeds
    assertThat(sum / 40_000).isCloseTo(0, within(0.02));
    assertThat(squares / 40_000).isCloseTo(1, within(0.028));
  }
}
