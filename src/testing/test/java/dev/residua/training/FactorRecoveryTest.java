package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class FactorRecoveryTest {
  /**
   * Latents are two Gaussians; factors are a sum of them with as much noise of variance 1 as there
   * is signal, a product, and something else.
   */
  @Test
  void shouldSeparateWhatIsLinearNonlinearAndAbsent() {
    // Given
    Random random = new Random(3);
    double[][] latents = new double[4_000][2];
    double[][] factors = new double[4_000][3];
    for (int i = 0; i < latents.length; i++) {
      double a = random.nextGaussian();
      double b = random.nextGaussian();
      latents[i] = new double[] {5 * a + 100, b};
      factors[i][0] = 0.6 * a + 0.8 * b + random.nextGaussian();
      factors[i][1] = Math.sin(1.5 * a) * b;
      factors[i][2] = random.nextGaussian();
    }
    // When
    FactorRecovery found = FactorRecovery.of(factors, latents, 1);
    // Then the closed forms are 1/2, 0 and 0 for lines; a sine times a latent can be learnt
    assertThat(found.linear()[0]).isCloseTo(0.5, within(0.03));
    assertThat(found.linear()[1]).isCloseTo(0, within(0.02));
    assertThat(found.linear()[2]).isCloseTo(0, within(0.02));
    assertThat(found.nonlinear()[0]).isCloseTo(0.5, within(0.06));
    assertThat(found.nonlinear()[1]).isGreaterThan(0.9);
    assertThat(found.nonlinear()[2]).isLessThan(0.02);
  }

  @Test
  void shouldRefuseTooFewRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> FactorRecovery.of(new double[20][1], new double[20][1], 1))
        .withMessageContaining("at least 50 rows");
  }
}
