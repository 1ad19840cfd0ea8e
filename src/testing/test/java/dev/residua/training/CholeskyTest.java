package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CholeskyTest {
  @Test
  void shouldSolveWhatMultiplyingBackConfirms() {
    // Given
    int m = 37;
    Random random = new Random(1);
    double[][] root = new double[m][m];
    for (double[] row : root) {
      for (int j = 0; j < m; j++) {
        row[j] = random.nextGaussian();
      }
    }
    double[][] gram = new double[m][m];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < m; j++) {
        for (int k = 0; k < m; k++) {
          gram[i][j] += root[k][i] * root[k][j];
        }
      }
    }
    double[] right = random.doubles(m).toArray();
    // When
    double[] x = Cholesky.of(gram, 0.5).solve(right);
    // Then
    for (int i = 0; i < m; i++) {
      double back = 0.5 * x[i];
      for (int j = 0; j < m; j++) {
        back += gram[i][j] * x[j];
      }
      assertThat(back).isCloseTo(right[i], within(1e-9));
    }
  }

  @Test
  void shouldNameThePivotThatIsNotPositive() {
    double[][] indefinite = {{1, 0}, {0, -2}};
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> Cholesky.of(indefinite, 1))
        .withMessageContaining("pivot 1 is -1.0");
  }
}
