package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.residua.testing.AdditiveNoise;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MonitorabilityTest {
  // numpy: lstsq of standardised residuals on standardised noises
  @Test
  void shouldEqualNumpy() {
    // Given
    double[][] noises = new double[60][2];
    double[][] residuals = new double[60][2];
    for (int i = 0; i < 60; i++) {
      double a = Math.sin(1.1 * i);
      double b = Math.cos(2.7 * i + 1);
      noises[i] = new double[] {a, b};
      residuals[i] = new double[] {2 * a + 0.1 * b + 0.3 * Math.sin(3.9 * i), -0.5 * a + 3 * b};
    }
    // When
    Monitorability found = Monitorability.of(residuals, noises);
    // Then
    assertThat(found.matrix()[0])
        .containsExactly(new double[] {0.988574996876724, 0.0502656630777604}, within(1e-6));
    assertThat(found.matrix()[1])
        .containsExactly(new double[] {-0.16244535756676282, 0.9842438816626804}, within(1e-6));
    assertThat(found.leakage()).isCloseTo(0.16244535756676282 / 0.9842438816626804, within(1e-6));
  }

  @Test
  void shouldBeDiagonalForRightEquationsAndNotForLatentsThemselves() {
    // Given
    double[][] rows = AdditiveNoise.withNoises(3_000, 1);
    double[][] z = new double[rows.length][];
    double[][] noises = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      z[i] = Arrays.copyOf(rows[i], 4);
      noises[i] = Arrays.copyOfRange(rows[i], 4, 8);
    }
    MechanismSettings settings =
        new MechanismSettings(128, new double[] {0.7, 1.4}, new double[] {1e-5}, 3_000, 1);
    double[][] residuals = Mechanisms.fit(AdditiveNoise.graph(), z, settings).residuals(z);
    // When
    Monitorability ofResiduals = Monitorability.of(residuals, noises);
    Monitorability ofLatents = Monitorability.of(z, noises);
    // Then
    assertThat(ofResiduals.leakage()).isLessThan(0.1);
    assertThat(ofLatents.leakage()).isGreaterThan(0.8);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Monitorability.of(residuals, new double[10][4]))
        .withMessageContaining("got 3000 and 10");
  }
}
