package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.residua.drift.Normal;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

class InnovationLawTest {
  private static double[][] draw(int n, ToDoubleFunction<SplittableRandom> law, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] values = new double[2][n];
    for (int i = 0; i < n; i++) {
      values[0][i] = law.applyAsDouble(random);
      values[1][i] = 3 + 2 * values[0][i];
    }
    return values;
  }

  private static double exponential(SplittableRandom random) {
    return -Math.log(1 - random.nextDouble());
  }

  /** The exact map of an exponential value x is the normal quantile of 1 - exp(-x). */
  @Test
  void shouldMapAnExponentialLawToTheNormal() {
    // Given
    double[] values = {0.02, 0.1, 0.5, 0.7, 1, 2, 3, 5, 8, 11};
    // When
    InnovationLaw law = InnovationLaw.of(draw(40_000, InnovationLawTest::exponential, 1));
    // Then: up to where one of 60,000 values is larger; the lower end has a shape of -1, not
    // allowed
    for (double x : values) {
      double exact = -Normal.quantile(Math.exp(-x));
      assertThat(law.normalScore(0, x))
          .as("at %s", x)
          .isCloseTo(exact, within(x < 0.05 ? 0.15 : 0.03 + 0.02 * x));
      assertThat(law.normalScore(1, 3 + 2 * x)).isCloseTo(law.normalScore(0, x), within(1e-4));
    }
  }

  /** Student's t with 5 degrees of freedom and variance 1: P(T > 3) = .00586 by integration. */
  @Test
  void shouldFollowHeavyTails() {
    // When
    InnovationLaw law = InnovationLaw.of(draw(100_000, Sources::student, 2));
    // Then
    assertThat(law.normalScore(0, 0)).isCloseTo(0, within(0.02));
    assertThat(law.normalScore(0, 3)).isCloseTo(-Normal.quantile(0.00586), within(0.06));
    assertThat(law.normalScore(0, -3)).isCloseTo(Normal.quantile(0.00586), within(0.06));
  }

  @Test
  void shouldAscendAndStayWithinBounds() {
    // Given
    InnovationLaw law = InnovationLaw.of(draw(1_000, Sources::student, 3));
    // When, Then
    double last = -InnovationLaw.MAX_SCORE;
    for (double x = -40; x < 40; x += 0.01) {
      double score = law.normalScore(0, x);
      assertThat(score).isBetween(last - 1e-9, InnovationLaw.MAX_SCORE);
      last = score;
    }
  }

  /** A model of exponential innovations counts for 50, a source of normal ones for 150. */
  @Test
  void shouldMixTheLawOfASourceWithThatOfItsModel() {
    // Given
    InnovationLaw model = InnovationLaw.of(draw(20_000, InnovationLawTest::exponential, 100));
    // When
    InnovationLaw source = model.ofSource(draw(150, SplittableRandom::nextGaussian, 101));
    // Then
    assertThat(source.weight(0)).isEqualTo(200);
    for (double x : new double[] {-1, 0, 0.5, 1, 2, 3}) {
      double exact = 0.75 * Normal.cdf(x) + 0.25 * Math.max(0, 1 - Math.exp(-x));
      assertThat(Normal.cdf(source.normalScore(0, x)))
          .as("at %s", x)
          .isCloseTo(exact, within(0.1)); // three standard errors of a share of 150
    }
    assertThat(source.toBytes().length).isLessThan(2 * 4_200);
  }

  /** A source that is often interrupted has few frames that follow one another. */
  @Test
  void shouldRestoreTheLawOfASourceWithFewInnovations() {
    // Given
    InnovationLaw model = InnovationLaw.of(draw(300, InnovationLawTest::exponential, 100));
    InnovationLaw source = model.ofSource(draw(3, SplittableRandom::nextGaussian, 101));
    // When
    InnovationLaw restored = InnovationLaw.fromBytes(source.toBytes());
    // Then
    assertThat(restored.weight(0)).isEqualTo(53);
    assertThat(restored.normalScore(0, 0.7)).isEqualTo(source.normalScore(0, 0.7));
  }

  @Test
  void shouldBeRestoredFromBytes() {
    // Given
    InnovationLaw law = InnovationLaw.of(draw(1_000, Sources::student, 4));
    byte[] bytes = law.toBytes();
    // When
    InnovationLaw read = InnovationLaw.fromBytes(bytes);
    // Then
    for (double x = -9; x < 9; x += 0.37) {
      assertThat(read.normalScore(0, x)).isEqualTo(law.normalScore(0, x));
    }
    assertThat(read.toBytes()).isEqualTo(bytes);
    bytes[40] ^= 1;
    assertThatThrownBy(() -> InnovationLaw.fromBytes(bytes)).hasMessageContaining("damaged");
    assertThatThrownBy(() -> InnovationLaw.fromBytes(new byte[20]))
        .hasMessage("these 20 bytes are not a law of innovations");
  }

  @Test
  void shouldRefuseTooFewInnovations() {
    assertThatThrownBy(() -> InnovationLaw.of(draw(100, Sources::student, 5)))
        .hasMessage("a law needs at least 200 innovations but latent 0 has 100");
  }
}
