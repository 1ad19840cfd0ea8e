package dev.residua.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class HilbertSchmidtTest {
  // numpy: K = exp(-D**2 / (2 m**2)), m = median of the 435 distances, H = eye(30) - 1/30,
  // trace(HKH HLH) / sqrt(trace(HKH HKH) trace(HLH HLH))
  @Test
  void shouldEqualNumpy() {
    // Given
    double[] x = new double[30];
    double[] y = new double[30];
    for (int i = 0; i < 30; i++) {
      x[i] = Math.sin(1.7 * i);
      y[i] = x[i] * x[i] + 0.3 * Math.cos(2.3 * i);
    }
    // When
    // Then
    assertThat(HilbertSchmidt.normalized(x, y)).isCloseTo(0.2418194870834502, within(1e-12));
    assertThat(HilbertSchmidt.normalized(x, x)).isCloseTo(1, within(1e-12));
    assertThat(HilbertSchmidt.normalized(x, new double[30])).isZero();
  }

  private static double[][] rows(int n, double dependence, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[n][3];
    for (double[] row : rows) {
      for (int k = 0; k < 3; k++) {
        row[k] = random.nextGaussian();
      }
      row[2] += dependence * (row[0] * row[0] - 1);
    }
    return rows;
  }

  @Test
  void shouldSeeDependenceWithoutCorrelationAndKeepItsLevelOtherwise() {
    // Given
    int rejected = 0;
    int seen = 0;
    // When
    for (int seed = 0; seed < 40; seed++) {
      rejected += HilbertSchmidt.of(rows(60, 0, seed), 60, 99, seed).pValue() <= 0.1 ? 1 : 0;
      seen += HilbertSchmidt.of(rows(100, 0.7, seed), 100, 99, seed).pValue() <= 0.1 ? 1 : 0;
    }
    // Then 4 of 40 are expected by chance; 11 and more have a probability below 0.2 %
    assertThat(rejected).isLessThanOrEqualTo(10);
    assertThat(seen).isGreaterThanOrEqualTo(36);
  }

  @Test
  void shouldRefuseWhatHasNoPairs() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> HilbertSchmidt.of(new double[50][1], 50, 9, 1))
        .withMessageContaining("at least 20 rows of 2 columns");
  }
}
