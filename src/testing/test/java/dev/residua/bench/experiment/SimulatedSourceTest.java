package dev.residua.bench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.bench.experiment.SimulatedSource.Law;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulatedSourceTest {
  private static final double FIVE_PERCENT = 1.644_854;

  /** 5 % points from tables: 2.0150 of t5, 2.7326 and 15.5073 of chi-squared with 8 degrees. */
  @Test
  void shouldScoreInnovationsByTheirOwnLaw() {
    double student = 2.0150 * Math.sqrt(0.6);
    assertThat(Law.STUDENT.score(student)).isCloseTo(FIVE_PERCENT, within(1e-4));
    assertThat(Law.STUDENT.score(-student)).isCloseTo(-FIVE_PERCENT, within(1e-4));
    assertThat(Law.SKEWED.score((15.5073 / 2 - 4) / 2)).isCloseTo(FIVE_PERCENT, within(1e-4));
    assertThat(Law.SKEWED.score((2.7326 / 2 - 4) / 2)).isCloseTo(-FIVE_PERCENT, within(1e-4));
    assertThat(Law.SKEWED.score(-3)).as("below all values").isLessThan(-6);
    assertThat(Law.GAUSS.score(1.5)).isEqualTo(1.5);
  }

  @ParameterizedTest
  @EnumSource(Law.class)
  void shouldInvertItsScores(Law law) {
    for (double score = -4; score <= 4; score += 0.5) {
      assertThat(law.score(law.innovation(score))).as("%s", law).isCloseTo(score, within(1e-5));
    }
  }

  /** Of 40,000 scores, the mean has a standard error of 0.005 and the square one of 0.007. */
  @ParameterizedTest
  @EnumSource(Law.class)
  void shouldDrawInnovationsWithNormalScores(Law law) {
    // Given
    SimulatedSource source = new SimulatedSource(law, 0, 4, false, 11);
    double sum = 0;
    double squares = 0;
    // When
    for (int t = 0; t < 10_000; t++) {
      for (float residual : source.next()) {
        double score = law.score(residual);
        sum += score;
        squares += score * score;
      }
    }
    // Then, within four standard errors: one of six fails by chance in 3,000 seeds
    assertThat(sum / 40_000).isCloseTo(0, within(0.02));
    assertThat(squares / 40_000).isCloseTo(1, within(0.028));
  }
}
