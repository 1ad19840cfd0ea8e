package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaughtErrorsTest {
  private static final double[][] Z = {{1, 9}, {2, 8}, {5, 5}, {7, 7}, {3, 4.9}, {0, 0}};
  private static final double[] VARIANCES = {4, 1};

  @Test
  void shouldMeasureDifferencesInVariancesOfTheLatent() {
    // Given two pairs that hold latent 0, one that holds a factor without a latent
    List<HeldPair> pairs =
        List.of(new HeldPair(0, 1, 0), new HeldPair(2, 3, 2), new HeldPair(4, 5, 0));
    // When
    TaughtErrors errors =
        TaughtErrors.of(
            new Teaching(List.of(), pairs, List.of(), List.of()), frame -> Z[frame], VARIANCES);
    // Then the squared differences are 1 and 9
    assertThat(errors.pairs()).containsExactly(2, 0);
    assertThat(errors.heldErrors()).containsExactly((1 + 9) / 2.0 / 4, Double.NaN);
    assertThat(errors.contradicting()).isEmpty();
  }

  @Test
  void shouldCountAnswersAndListThoseThatALatentClearlyDenies() {
    // Given latent 0 with standard deviation 2, latent 1 with 1
    OrderAnswer agrees = new OrderAnswer(1, 0, 0, 1);
    OrderAnswer nearlyDenied = new OrderAnswer(0, 1, 0, 1); // by half a deviation: not by more
    OrderAnswer close = new OrderAnswer(2, 4, 1, -1); // as if both were equal: by 0.1 only
    OrderAnswer denied = new OrderAnswer(0, 3, 0, 1);
    OrderAnswer seenAndDenied = new OrderAnswer(0, 1, 1, -1);
    OrderAnswer withoutLatent = new OrderAnswer(0, 1, 2, 1);
    // When
    TaughtErrors errors =
        TaughtErrors.of(
            new Teaching(
                List.of(),
                List.of(),
                List.of(seenAndDenied, withoutLatent),
                List.of(agrees, nearlyDenied, close, denied, withoutLatent)),
            frame -> Z[frame],
            VARIANCES);
    // Then
    assertThat(errors.answers()).containsExactly(3, 1);
    assertThat(errors.missed()).containsExactly(2, 0);
    assertThat(errors.contradicting()).containsExactly(seenAndDenied, denied);
  }

  /** Oracle: upper quantiles of the binomial distribution with probability 0.06. */
  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "5, 1", "15, 3", "28, 4", "60, 7", "100, 10"})
  void shouldAllowWhatAFewWrongAnswersExplain(int answers, int missed) {
    assertThat(TaughtErrors.mostMissed(answers)).isEqualTo(missed);
    assertThat(errors(answers, missed, 0, 0).pass()).isTrue();
    assertThat(errors(answers + 1, answers + 1, 0, 0).pass())
        .isEqualTo(TaughtErrors.mostMissed(answers + 1) == answers + 1);
  }

  /** Oracle: 95 % quantiles of chi-square, 11.070, 24.996 and 124.34, each divided by n. */
  @ParameterizedTest
  @CsvSource({"5, 11.070", "15, 24.996", "100, 124.34"})
  void shouldAllowWhatFewPairsDifferByChance(int n, double quantile) {
    assertThat(TaughtErrors.mostHeldError(n)).isCloseTo(0.05 * quantile / n, withinPercentage(0.5));
  }

  @Test
  void shouldFailOnPairsThatDiffer() {
    assertThat(errors(0, 0, 15, 0.08).pass()).isTrue();
    assertThat(errors(0, 0, 15, 0.09).pass()).isFalse();
    assertThat(errors(0, 0, 4, 0.9).pass()).as("too few pairs to say").isTrue();
    assertThat(errors(0, 0, 5, 0.5).worst()).isGreaterThan(errors(0, 0, 5, 0.2).worst());
    assertThat(errors(15, 10, 5, 0).worst()).isGreaterThan(errors(15, 5, 5, 0).worst());
  }

  private static TaughtErrors errors(int answers, int missed, int pairs, double heldError) {
    return new TaughtErrors(
        new int[] {pairs},
        new double[] {heldError},
        new int[] {answers},
        new int[] {missed},
        List.of());
  }
}
