package dev.residua.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PairDependenceTest {
  private static double[][] independent(int n, int d, double memory, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[n][d];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < d; k++) {
        rows[i][k] = random.nextGaussian() + (i == 0 ? 0 : memory * rows[i - 1][k]);
      }
    }
    return rows;
  }

  @Test
  void shouldMeasureTheDistanceCorrelation() {
    // Given
    double[][] rows = independent(150, 3, 0, 4);
    // When
    PairDependence measured = PairDependence.of(rows, 150, 1, 1);
    // Then
    assertThat(measured.pairs()).hasSize(3);
    for (PairDependence.Pair pair : measured.pairs()) {
      assertThat(pair.distanceCorrelation())
          .isCloseTo(
              ResidualIndependence.distanceCorrelation(
                  Columns.of(rows, pair.a()), Columns.of(rows, pair.b())),
              within(1e-5)); // sums of 22,500 floats
    }
  }

  @Test
  void shouldNameThePairThatDepends() {
    // Given a pair with no linear correlation
    double[][] rows = independent(500, 4, 0, 1);
    for (double[] row : rows) {
      row[3] = 2 * row[1] * row[1] + row[3];
    }
    // When
    PairDependence measured = PairDependence.of(rows, 400, 199, 1);
    // Then
    assertThat(measured.dependent()).extracting(p -> p.a() + " " + p.b()).containsExactly("1 3");
    assertThat(measured.dependent().get(0).pValue()).isEqualTo(1 / 200.0); // no shift reaches it
    assertThat(measured.pairs()).hasSize(6);
  }

  /**
   * 100 tests of independent columns with long memories, each with a chance of 5 % of a p-value of
   * at most 0.05 for any pair: more than 12 of 100 have a chance of 0.15 %.
   */
  @Test
  void shouldNotTakeMemoryForDependence() {
    int shifts = 99;
    int alarms = 0;
    int iidAlarms = 0;
    for (int seed = 0; seed < 100; seed++) {
      // Given
      double[][] rows = independent(200, 3, 0.9, seed);
      // When
      PairDependence measured = PairDependence.of(rows, 200, shifts, seed);
      // Then
      alarms += measured.pairs().stream().anyMatch(p -> p.pValue() <= 0.05) ? 1 : 0;
      // Shuffled rows do not have that memory, so their null distribution is too narrow.
      iidAlarms += HilbertSchmidt.of(rows, 200, shifts, seed).pValue() <= 0.05 ? 1 : 0;
    }
    assertThat(alarms).isLessThanOrEqualTo(12);
    assertThat(iidAlarms).isGreaterThan(50);
  }

  @Test
  void shouldGiveTheSameAnswerForTheSameSeed() {
    double[][] rows = independent(100, 3, 0, 2);
    assertThat(PairDependence.of(rows, 100, 99, 3)).isEqualTo(PairDependence.of(rows, 100, 99, 3));
  }

  @Test
  void shouldRefuseTooFewRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PairDependence.of(new double[19][2], 100, 10, 1))
        .withMessage("a test of dependence needs at least 20 rows but got 19");
  }

  @Test
  void shouldNotFindDependenceOnAConstant() {
    // Given
    double[][] rows = independent(100, 2, 0, 2);
    for (double[] row : rows) {
      row[1] = 3;
    }
    // When
    PairDependence measured = PairDependence.of(rows, 100, 99, 3);
    // Then
    assertThat(measured.pairs()).containsExactly(new PairDependence.Pair(0, 1, 0, 1));
  }
}
