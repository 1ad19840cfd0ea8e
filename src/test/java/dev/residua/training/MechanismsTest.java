package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.testing.AdditiveNoise;
import org.junit.jupiter.api.Test;

class MechanismsTest {
  private static final MechanismSettings FAST =
      new MechanismSettings(128, new double[] {0.7, 1.4}, new double[] {1e-5, 1e-4}, 3_000, 1);

  @Test
  void shouldLeaveTheTrueNoiseAsResidual() {
    // Given
    Mechanisms f = Mechanisms.fit(AdditiveNoise.graph(), AdditiveNoise.latents(3_000, 1), FAST);
    double[][] fresh = AdditiveNoise.withNoises(1_000, 2);
    double[] predicted = new double[4];
    double squares3 = 0;
    double squares4 = 0;
    // When
    for (double[] row : fresh) {
      f.predict(java.util.Arrays.copyOf(row, 4), predicted);
      squares3 += Math.pow((row[2] - predicted[2]) / 0.6 - row[6], 2) / fresh.length;
      squares4 += Math.pow((row[3] - predicted[3]) / 0.6 - row[7], 2) / fresh.length;
    }
    // Then the error of the residual is small against the noise, whose variance is 1
    assertThat(squares3).isLessThan(0.15);
    assertThat(squares4).isLessThan(0.15);
  }

  @Test
  void shouldKeepRootsConstantAndIgnoreLatentsThatAreNotParents() {
    // Given
    double[][] z = AdditiveNoise.latents(2_000, 3);
    double mean = 0;
    for (double[] row : z) {
      mean += row[0] / z.length;
    }
    // When
    Mechanisms f = Mechanisms.fit(AdditiveNoise.graph(), z, FAST);
    // Then
    assertThat(f.intercept(0)).isCloseTo(mean, org.assertj.core.data.Offset.offset(1e-12));
    assertThat(f.weights(0)).containsOnly(0);
    for (double[] frequency : f.frequencies(3)) {
      assertThat(frequency[0]).isZero();
      assertThat(frequency[1]).isZero();
      assertThat(frequency[2]).isNotZero();
      assertThat(frequency[3]).isZero();
    }
    assertThat(f.explainedVariance(0)).isZero();
    assertThat(f.explainedVariance(2)).isBetween(0.3, 0.8);
  }

  @Test
  void shouldEqualItsOwnFormula() {
    // Given
    Mechanisms f = Mechanisms.fit(AdditiveNoise.graph(), AdditiveNoise.latents(500, 4), FAST);
    double[] z = {0.3, -1.2, 0.7, 2.1};
    double[] predicted = new double[4];
    // When
    f.predict(z, predicted);
    // Then
    for (int i = 0; i < 4; i++) {
      double expected = f.intercept(i);
      for (int m = 0; m < f.features(); m++) {
        double angle = f.phases(i)[m];
        for (int j = 0; j < 4; j++) {
          angle += f.frequencies(i)[m][j] * z[j];
        }
        expected += f.weights(i)[m] * Math.cos(angle);
      }
      assertThat(predicted[i]).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-9));
    }
  }

  @Test
  void shouldRefuseRowsOfAnotherWidth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Mechanisms.fit(AdditiveNoise.graph(), new double[200][3], FAST))
        .withMessageContaining("row 0 has 3 latents, the graph has 4");
  }
}
