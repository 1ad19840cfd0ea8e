package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.Normal;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class InnovationDistributionTest {
  private static double[][] draw(int n, ToDoubleFunction<SplittableRandom> innovation, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] values = new double[2][n];
    for (int i = 0; i < n; i++) {
      values[0][i] = innovation.applyAsDouble(random);
      values[1][i] = 3 + 2 * values[0][i];
    }
    return values;
  }

  private static double exponential(SplittableRandom random) {
    return -Math.log(1 - random.nextDouble());
  }

  /** The exact map of an exponential value x is the normal quantile of 1 - exp(-x). */
  @Test
  void shouldMapAnExponentialDistributionToTheNormal() {
    // Given
    double[] values = {0.02, 0.1, 0.5, 0.7, 1, 2, 3, 5, 8};
    // When
    InnovationDistribution distribution =
        InnovationDistribution.of(draw(40_000, InnovationDistributionTest::exponential, 1));
    // Then: up to where 13 of 40,000 values are larger
    for (double x : values) {
      double exact = -Normal.quantile(Math.exp(-x));
      assertThat(distribution.normalScore(0, x))
          .as("at %s", x)
          .isCloseTo(exact, within(0.03 + 0.02 * x));
      assertThat(distribution.normalScore(1, 3 + 2 * x))
          .isCloseTo(distribution.normalScore(0, x), within(1e-4));
    }
  }

  /** Student's t with 5 degrees of freedom and variance 1: P(T > 3) = .00586 by integration. */
  @Test
  void shouldFollowHeavyTails() {
    // When
    InnovationDistribution distribution =
        InnovationDistribution.of(draw(100_000, Sources::student, 2));
    // Then
    assertThat(distribution.normalScore(0, 0)).isCloseTo(0, within(0.02));
    assertThat(distribution.normalScore(0, 3)).isCloseTo(-Normal.quantile(0.00586), within(0.06));
    assertThat(distribution.normalScore(0, -3)).isCloseTo(Normal.quantile(0.00586), within(0.06));
  }

  /** Value i of n ascending ones has the score of i / (n + 1), whatever the values are. */
  @Test
  void shouldGiveTheSameScoresToTheSameRanks() {
    // Given
    double[] normal = new double[999];
    double[] wild = new double[999];
    SplittableRandom random = new SplittableRandom(6);
    for (int i = 0; i < normal.length; i++) {
      normal[i] = random.nextGaussian();
    }
    Arrays.sort(normal);
    for (int i = 0; i < wild.length; i++) {
      wild[i] = Math.sinh(2 * normal[i]);
    }
    // When
    InnovationDistribution distribution = InnovationDistribution.of(new double[][] {normal, wild});
    // Then
    for (int i : new int[] {0, 1, 10, 100, 499, 900, 997, 998}) {
      double exact = Normal.quantile((i + 1) / 1_000.0);
      assertThat(distribution.normalScore(0, normal[i])).isCloseTo(exact, within(0.02));
      assertThat(distribution.normalScore(1, wild[i])).isCloseTo(exact, within(0.02));
    }
  }

  /**
   * One of 1,000 lies beyond the largest of 999, by the symmetry of ranks. Up to twice its distance
   * from the median nothing more is said; at four times it is one in 32,000 and then falls on.
   */
  @Test
  void shouldSayLittleBeyondWhatWasLearnt() {
    // Given
    double[][] values = draw(999, SplittableRandom::nextGaussian, 7);
    double[] sorted = values[0].clone();
    Arrays.sort(sorted);
    double largest = sorted[998];
    double median = sorted[499];
    // When
    InnovationDistribution distribution = InnovationDistribution.of(values);
    // Then
    double end = -Normal.quantile(1e-3);
    for (double times : new double[] {1.001, 1.5, 1.99}) {
      assertThat(distribution.normalScore(0, median + times * (largest - median)))
          .isCloseTo(end, within(1e-6));
    }
    assertThat(distribution.normalScore(0, median + 4 * (largest - median)))
        .isCloseTo(-Normal.quantile(1e-3 / 32), within(0.01));
    assertThat(distribution.normalScore(0, 1e6)).isEqualTo(InnovationDistribution.MAX_SCORE);
    assertThat(distribution.normalScore(0, -1e6)).isEqualTo(-InnovationDistribution.MAX_SCORE);
  }

  /** The price of unknown tails: small for heavy tails, large for a distribution with an edge. */
  @Test
  void shouldShowALostHalfGainOfADistributionWithoutEdgesNearlyAsWellAsIfItWereKnown() {
    assertThat(lateness(Sources::student)).isLessThan(1.02);
    assertThat(lateness(SplittableRandom::nextGaussian)).isLessThan(1.22);
    assertThat(lateness(InnovationDistributionTest::skewed)).isLessThan(2.05);
  }

  /**
   * Estimates how many times as late a detector finds half a gain with a learnt distribution as
   * with a known one. A delay is inversely proportional to the square of the effect on the mean
   * square of the scores. The standard error is 0.004 (t5), 0.008 (normal) and 0.013 (skewed). Each
   * bound is at least five of them above the mean over seeds.
   */
  private static double lateness(ToDoubleFunction<SplittableRandom> innovation) {
    List<InnovationDistribution> known =
        List.of(InnovationDistribution.of(draw(200_000, innovation, 10)));
    List<InnovationDistribution> learnt =
        LongStream.range(0, 100)
            .mapToObj(seed -> InnovationDistribution.of(draw(1_000, innovation, 1_000 + seed)))
            .toList();
    return Math.pow(effect(known, innovation) / effect(learnt, innovation), 2);
  }

  /** Draws from a gamma distribution of shape 4, with mean 0 and variance 1. */
  private static double skewed(SplittableRandom random) {
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += exponential(random);
    }
    return (sum - 4) / 2;
  }

  /** Half a gain adds a normal part of the same variance. The detector cuts scores at 4. */
  private static double effect(
      List<InnovationDistribution> distributions, ToDoubleFunction<SplittableRandom> innovation) {
    SplittableRandom random = new SplittableRandom(12);
    int each = 150_000 / distributions.size();
    double quiet = 0;
    double squares = 0;
    double changed = 0;
    for (InnovationDistribution distribution : distributions) {
      for (int i = 0; i < each; i++) {
        double before = innovation.applyAsDouble(random);
        double after = innovation.applyAsDouble(random) + random.nextGaussian();
        double square = Math.pow(Math.min(4, Math.abs(distribution.normalScore(0, before))), 2);
        quiet += square;
        squares += square * square;
        changed += Math.pow(Math.min(4, Math.abs(distribution.normalScore(0, after))), 2);
      }
    }
    double n = (double) each * distributions.size();
    return (changed - quiet) / n / Math.sqrt(squares / n - Math.pow(quiet / n, 2));
  }

  /** A residual that hardly varies, such as one that is rounded. */
  @Test
  void shouldGiveEqualValuesTheirMeanScore() {
    // Given
    double[] values = new double[300];
    for (int i = 0; i < values.length; i++) {
      values[i] = i < 100 ? 0 : i < 200 ? 1 : 2;
    }
    // When
    InnovationDistribution distribution =
        InnovationDistribution.of(new double[][] {values, new double[300]});
    // Then: the scores of a third and two thirds are -0.43 and 0.43, that of the largest 2.71
    assertThat(distribution.normalScore(0, 1)).isCloseTo(0, within(0.02));
    assertThat(distribution.normalScore(0, 2)).isCloseTo((0.43 + 2.71) / 2, within(0.02));
    assertThat(distribution.normalScore(1, 0)).isCloseTo(0, within(1e-9));
    assertThat(distribution.normalScore(1, 1)).isEqualTo(InnovationDistribution.MAX_SCORE);
  }

  @Test
  void shouldRankInnovationsUniformlyAlsoWhereSomeAreEqual() {
    // Given innovations of which two fifths are equal
    SplittableRandom random = new SplittableRandom(9);
    double[][] values = draw(5_000, r -> Math.max(-0.25, r.nextGaussian()), 8);
    InnovationDistribution distribution = InnovationDistribution.of(values);
    int[] counts = new int[10];
    // When
    for (int i = 0; i < 20_000; i++) {
      double value = Math.max(-0.25, random.nextGaussian());
      counts[(int) Math.min(9, 10 * distribution.rank(0, value, random.nextDouble()))]++;
    }
    // Then a range has 2,000 with a standard deviation of 42 and that of the distribution, some 85
    for (int count : counts) {
      assertThat(count).isBetween(1_650, 2_350);
    }
    assertThat(distribution.rank(0, 1e9, 0)).isEqualTo(1);
    assertThat(distribution.rank(0, -1e9, 0)).isZero();
  }

  @Test
  void shouldAscendAndStayWithinBounds() {
    // Given
    InnovationDistribution distribution =
        InnovationDistribution.of(draw(1_000, Sources::student, 3));
    // When, Then
    double last = -InnovationDistribution.MAX_SCORE;
    for (double x = -40; x < 40; x += 0.01) {
      double score = distribution.normalScore(0, x);
      assertThat(score).isBetween(last - 1e-9, InnovationDistribution.MAX_SCORE);
      last = score;
    }
  }

  /** The model's distribution is another one, and what the source has seen is enough. */
  @Test
  void shouldTakeTheDistributionOfASourceFromItsOwnInnovations() {
    // Given
    InnovationDistribution model =
        InnovationDistribution.of(draw(20_000, InnovationDistributionTest::exponential, 100));
    double[][] own = draw(200, SplittableRandom::nextGaussian, 101);
    // When
    InnovationDistribution source = model.ofSource(own);
    // Then
    assertThat(source.weight(0)).isEqualTo(200);
    assertThat(source.toBytes()).isEqualTo(InnovationDistribution.of(own).toBytes());
    assertThat(source.toBytes().length).isLessThan(2 * 1_100);
  }

  /** A source that is often interrupted has few frames that follow one another. */
  @Test
  void shouldFillUpTheDistributionOfASourceWithFewInnovations() {
    // Given
    InnovationDistribution model =
        InnovationDistribution.of(draw(20_000, InnovationDistributionTest::exponential, 100));
    // When
    InnovationDistribution source = model.ofSource(draw(50, SplittableRandom::nextGaussian, 101));
    // Then a quarter is normal
    assertThat(source.weight(0)).isEqualTo(200);
    for (double x : new double[] {-1, 0, 0.5, 1, 2, 3}) {
      double exact = 0.25 * Normal.cdf(x) + 0.75 * Math.max(0, 1 - Math.exp(-x));
      assertThat(Normal.cdf(source.normalScore(0, x)))
          .as("at %s", x)
          .isCloseTo(exact, within(0.06)); // three standard errors of a share of 50, times 1/4
    }
    InnovationDistribution restored = InnovationDistribution.fromBytes(source.toBytes());
    assertThat(restored.normalScore(0, 0.7)).isEqualTo(source.normalScore(0, 0.7));
  }

  @Test
  void shouldBeRestoredFromBytes() {
    // Given
    InnovationDistribution distribution =
        InnovationDistribution.of(draw(1_000, Sources::student, 4));
    byte[] bytes = distribution.toBytes();
    // When
    InnovationDistribution read = InnovationDistribution.fromBytes(bytes);
    // Then
    for (double x = -9; x < 9; x += 0.37) {
      assertThat(read.normalScore(0, x)).isEqualTo(distribution.normalScore(0, x));
    }
    assertThat(read.toBytes()).isEqualTo(bytes);
    bytes[40] ^= 1;
    assertThatThrownBy(() -> InnovationDistribution.fromBytes(bytes))
        .hasMessageContaining("damaged");
    assertThatThrownBy(() -> InnovationDistribution.fromBytes(new byte[20]))
        .hasMessage("these 20 bytes are not a distribution of innovations");
  }

  @Test
  void shouldRefuseTooFewInnovations() {
    assertThatThrownBy(() -> InnovationDistribution.of(draw(100, Sources::student, 5)))
        .hasMessage("a distribution needs at least 200 innovations but latent 0 has 100");
  }
}
