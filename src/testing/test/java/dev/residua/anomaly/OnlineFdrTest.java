package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.anomaly.OnlineFdr.Method;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnlineFdrTest {
  private static final double FDR = 0.1;

  /** Share of false discoveries at the end, share of true ones found. */
  private record Outcome(double falseShare, double found, long discoveries) {}

  /**
   * e-values are likelihood ratios of a shift by three of a normal value, whose expectation without
   * the shift is exactly 1. With {@code block} above 1 values of a block share their noise.
   */
  private static Outcome run(Method method, int tests, double odds, int block, long seed) {
    Random random = new Random(seed);
    OnlineFdr state = OnlineFdr.start(method, FDR);
    double noise = 0;
    int wrong = 0;
    int right = 0;
    int shifted = 0;
    for (int t = 0; t < tests; t++) {
      noise = t % block == 0 ? random.nextGaussian() : noise;
      boolean shift = random.nextDouble() < odds;
      double z = noise + (shift ? 3 : 0);
      OnlineFdr.Step step = state.next(Math.exp(3 * z - 4.5));
      state = step.next();
      shifted += shift ? 1 : 0;
      right += step.discovery() && shift ? 1 : 0;
      wrong += step.discovery() && !shift ? 1 : 0;
    }
    assertThat(state.tests()).isEqualTo(tests);
    assertThat(state.discoveries()).isEqualTo(right + wrong);
    return new Outcome(
        wrong / (double) Math.max(1, right + wrong),
        right / (double) Math.max(1, shifted),
        state.discoveries());
  }

  @ParameterizedTest
  @CsvSource({
    "E_LOND, 0, 1",
    "E_LOND, 0.02, 1",
    "E_LOND, 0.2, 1",
    "E_LOND, 0, 20",
    "E_LOND, 0.2, 20",
    "E_LORD, 0, 1",
    "E_LORD, 0.02, 1",
    "E_LORD, 0.2, 1"
  })
  void shouldKeepTheShareOfFalseDiscoveries(Method method, double odds, int block) {
    // Given 300 sequences of 1,000 tests in which each is shifted with these odds; e-LOND also
    // with noise that 20 tests in a row share, which its condition allows
    double mean = 0;
    double squares = 0;
    double found = 0;
    int n = 300;
    // When
    for (int r = 0; r < n; r++) {
      Outcome outcome = run(method, 1_000, odds, block, 1_000 + r);
      mean += outcome.falseShare() / n;
      squares += outcome.falseShare() * outcome.falseShare() / n;
      found += outcome.found() / n;
    }
    // Then at most the level and four standard errors; without shifts it is the chance of any
    // discovery
    assertThat(mean).isLessThan(FDR + 4 * Math.sqrt((squares - mean * mean) / n));
    assertThat(found).isGreaterThanOrEqualTo(odds > 0 ? 0.02 : 0);
  }

  @Test
  void shouldSpendNoMoreThanTheLevel() {
    for (Method method : Method.values()) {
      // Given a sequence with discoveries in bursts
      OnlineFdr state = OnlineFdr.start(method, FDR);
      double spent = 0;
      // When
      for (int t = 0; t < 100_000; t++) {
        OnlineFdr.Step step = state.next(t % 1_000 < 20 ? 1e12 : 0.5);
        spent += step.level() / (state.discoveries() + 1);
        state = step.next();
      }
      // Then the sum that bounds the share, kept by e-LORD itself
      assertThat(spent).isLessThan(FDR).isGreaterThan(FDR / 3);
      if (method == Method.E_LORD) {
        assertThat(state.spent()).isCloseTo(spent, within(1e-9));
      }
      assertThat(state.discoveries()).isGreaterThan(1_900);
    }
  }

  @Test
  void shouldGiveTheLevelsOfItsFormulas() {
    // Given zeta(1.1) = 10.584448464950803 (scipy.special.zeta)
    OnlineFdr lond = OnlineFdr.start(Method.E_LOND, FDR);
    OnlineFdr lord = OnlineFdr.start(Method.E_LORD, FDR);
    // When and then
    assertThat(lond.level()).isCloseTo(FDR / 10.584448464950803, within(1e-12));
    assertThat(lord.level()).isCloseTo(0.1 * FDR, within(1e-15));
    OnlineFdr.Step first = lond.next(1e3);
    assertThat(first.discovery()).isTrue();
    assertThat(first.next().level())
        .isCloseTo(2 * FDR * Math.pow(2, -1.1) / 10.584448464950803, within(1e-12));
    assertThat(lond.next(100).discovery()).isFalse();
    // e-LORD: 0.1 of the level is spent, the discovery passes half a test
    OnlineFdr after = lord.next(100).next();
    assertThat(after.spent()).isCloseTo(0.1 * FDR, within(1e-15));
    assertThat(after.level()).isCloseTo(2 * 0.1 / 1.5 * 0.9 * FDR, within(1e-15));
  }

  @Test
  void shouldRefuseWhatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnlineFdr.start(Method.E_LOND, FDR).next(Double.NaN))
        .withMessageContaining("at least 0 but was NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OnlineFdr.start(Method.E_LOND, 1))
        .withMessageContaining("fdr must be in (0, 1)");
  }
}
