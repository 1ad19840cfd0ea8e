package dev.residua.training.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static double[][] gaussian(int n, int d, long seed) {
    Random random = new Random(seed);
    double[][] rows = new double[n][d];
    for (double[] row : rows) {
      for (int k = 0; k < d; k++) {
        row[k] = random.nextGaussian();
      }
    }
    return rows;
  }

  @Test
  void shouldEqualCorrelationsWorkedByHand() {
    double[] x = {1, 2, 3, 4, 5};
    double[] y = {2, 1, 4, 3, 7};
    // Sums of squares and products about the means 3 and 3.4: 10, 21.2 and 12
    assertThat(Correlation.pearson(x, y)).isCloseTo(12 / Math.sqrt(10 * 21.2), within(1e-12));
    // Ranks 2,1,4,3,5: 1 - 6 * 4 / (5 * 24)
    assertThat(Correlation.spearman(x, y)).isCloseTo(0.8, within(1e-12));
    assertThat(Correlation.ranks(new double[] {5, 1, 5, 0})).containsExactly(3.5, 2, 3.5, 1);
    assertThat(Correlation.pearson(x, new double[] {7, 7, 7, 7, 7})).isZero();
  }

  @Test
  void shouldMatchAsTheBestOfAllPermutations() {
    // Given
    Random random = new Random(4);
    for (int repeat = 0; repeat < 50; repeat++) {
      double[][] value = new double[4][5];
      for (double[] row : value) {
        for (int j = 0; j < 5; j++) {
          row[j] = random.nextDouble();
        }
      }
      // When
      int[] matched = Assignment.maximize(value);
      // Then
      double sum = 0;
      for (int i = 0; i < 4; i++) {
        sum += value[i][matched[i]];
      }
      assertThat(matched).doesNotHaveDuplicates();
      assertThat(sum).isCloseTo(best(value, 0, 0), within(1e-12));
    }
  }

  private static double best(double[][] value, int row, int used) {
    if (row == value.length) {
      return 0;
    }
    double best = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < value[0].length; j++) {
      if ((used >> j & 1) == 0) {
        best = Math.max(best, value[row][j] + best(value, row + 1, used | 1 << j));
      }
    }
    return best;
  }

  @Test
  void shouldGiveFullCorrelationToFactorsUnderOtherNamesAndSigns() {
    // Given
    double[][] factors = gaussian(500, 3, 1);
    double[][] latents = new double[500][4];
    double[][] noise = gaussian(500, 1, 2);
    for (int i = 0; i < 500; i++) {
      latents[i] =
          new double[] {
            -3 * factors[i][2], noise[i][0], Math.exp(factors[i][0]), factors[i][1] + 5
          };
    }
    // When
    MeanCorrelation mcc = MeanCorrelation.of(factors, latents);
    // Then
    assertThat(mcc.matching()).containsExactly(2, 3, 0);
    assertThat(mcc.spearman()).isCloseTo(1, within(1e-12));
    assertThat(mcc.pearson()).isBetween(0.85, 0.99);
    assertThat(MeanCorrelation.of(factors, gaussian(500, 4, 3)).spearman()).isLessThan(0.15);
    assertThat(MeanCorrelation.of(latents, factors).matching()).containsExactly(2, -1, 0, 1);
  }

  @Test
  void shouldCountAReversalOnceAndNaivelyTwice() {
    // Given truth 0->1, 0->2, 1->3; estimate 1->0, 0->2, 2->3
    boolean[][] truth = new boolean[4][4];
    boolean[][] estimate = new boolean[4][4];
    truth[0][1] = true;
    truth[0][2] = true;
    truth[1][3] = true;
    estimate[1][0] = true;
    estimate[0][2] = true;
    estimate[2][3] = true;
    // When
    GraphDistance distance = GraphDistance.of(truth, estimate);
    // Then
    assertThat(distance).isEqualTo(new GraphDistance(3, 4, 1, 1, 1));
    assertThat(GraphDistance.of(truth, truth).shd()).isZero();
    assertThat(GraphDistance.of(truth, new boolean[4][4]).shd()).isEqualTo(3);
  }

  /** Levels 5, 5, 3, 6, 16 and 3, drawn independently: the factors of a crossed design. */
  private static double[][] crossed(int n, long seed) {
    int[] levels = {5, 5, 3, 6, 16, 3};
    Random random = new Random(seed);
    double[][] rows = new double[n][levels.length];
    for (double[] row : rows) {
      for (int k = 0; k < levels.length; k++) {
        row[k] = random.nextInt(levels[k]);
      }
    }
    return rows;
  }

  // Published calibration of the score on this design: factors 1.000, noise 0.35, one outlier
  // frame in noise 0.949, factors + noise of 0.1 sd 0.86, all latents following one factor 1.000.
  @Test
  void shouldReproduceTheKnownCalibrationOfTheRobustnessScore() {
    // Given
    int n = 10_000;
    double[][] factors = crossed(n, 1);
    double[][] exact = Columns.standardized(factors);
    double[][] noise = gaussian(n, 6, 2);
    double[][] outlier = gaussian(n, 6, 2);
    double[][] noisy = new double[n][6];
    double[][] collapsed = new double[n][6];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < 6; k++) {
        noisy[i][k] = exact[i][k] + 0.1 * noise[i][k];
        collapsed[i][k] = exact[i][4];
      }
    }
    java.util.Arrays.fill(outlier[17], 50);
    // When
    InterventionalRobustness ofExact = InterventionalRobustness.of(factors, exact);
    InterventionalRobustness ofNoise = InterventionalRobustness.of(factors, noise);
    InterventionalRobustness ofOutlier = InterventionalRobustness.of(factors, outlier);
    InterventionalRobustness ofNoisy = InterventionalRobustness.of(factors, noisy);
    InterventionalRobustness ofCollapsed = InterventionalRobustness.of(factors, collapsed);
    // Then
    assertThat(ofExact.irs()).isCloseTo(1, within(1e-9));
    assertThat(ofExact.parents()).isEqualTo(6);
    assertThat(ofNoise.irs()).isCloseTo(0.35, within(0.04));
    assertThat(ofOutlier.irs()).isCloseTo(0.949, within(0.01));
    assertThat(ofOutlier.robust()).isLessThan(0.1);
    assertThat(ofNoisy.irs()).isCloseTo(0.86, within(0.02));
    assertThat(ofCollapsed.irs()).isCloseTo(1, within(1e-9));
    assertThat(ofCollapsed.parents()).isEqualTo(1);
  }

  @Test
  void shouldDistinguishDisentangledFromMixedLatents() {
    // Given
    double[][] factors = gaussian(3_000, 3, 5);
    double[][] mixed = new double[3_000][3];
    for (int i = 0; i < 3_000; i++) {
      double[] f = factors[i];
      mixed[i][0] = f[0] + f[1] + f[2];
      mixed[i][1] = f[0] - f[1] + 0.5 * f[2];
      mixed[i][2] = f[0] + 0.3 * f[1] - f[2];
    }
    // When
    Disentanglement exact = Disentanglement.of(factors, factors);
    Disentanglement entangled = Disentanglement.of(factors, mixed);
    Disentanglement noise = Disentanglement.of(factors, gaussian(3_000, 3, 6));
    // Then
    assertThat(exact.disentanglement()).isGreaterThan(0.97);
    assertThat(exact.completeness()).isGreaterThan(0.97);
    assertThat(exact.informativeness()).isGreaterThan(0.97);
    assertThat(entangled.disentanglement()).isLessThan(0.4);
    assertThat(entangled.informativeness()).isGreaterThan(0.9);
    assertThat(noise.informativeness()).isLessThan(0.02);
    assertThat(noise.disentanglement()).isLessThan(0.2);
  }

  @Test
  void shouldSeeDependenceOfResidualsThatAreUncorrelated() {
    // Given
    double[][] independent = gaussian(800, 4, 7);
    double[][] dependent = gaussian(800, 4, 7);
    for (double[] row : dependent) {
      row[3] = row[2] * row[2] + 0.2 * row[3];
    }
    // When
    ResidualIndependence fine = ResidualIndependence.of(independent, 800, 1);
    ResidualIndependence broken = ResidualIndependence.of(dependent, 800, 1);
    // Then
    assertThat(fine.mmd()).isCloseTo(0, within(0.006));
    assertThat(broken.mmd()).isGreaterThan(0.0085);
    assertThat(fine.distanceCorrelation()).isLessThan(0.1);
    assertThat(broken.distanceCorrelation()).isGreaterThan(0.4);
  }

  // x = 0, 1 and y = 0, 2 with C = 2 s: k = sum over s of C / (C + r^2).
  @Test
  void shouldEqualTheDiscrepancyWorkedByHand() {
    // Given
    double[][] x = {{0}, {1}};
    double[][] y = {{0}, {2}};
    double[] scales = {0.1, 0.2, 0.5, 1, 2, 5, 10};
    double expected = 0;
    for (double s : scales) {
      double c = 2 * s;
      double k0 = 1;
      double k1 = c / (c + 1);
      double k4 = c / (c + 4);
      expected += k1 + k4 - 2 * (k0 + k4 + k1 + k1) / 4;
    }
    // When
    double actual = ResidualIndependence.mmd(x, y);
    // Then
    assertThat(actual).isCloseTo(expected, within(1e-12));
  }

  @Test
  void shouldGiveTheKnownDistanceCorrelations() {
    // Given
    double[] x = {0, 1, 2, 3, 4};
    double[] line = {5, 3, 1, -1, -3};
    // When and then a line gives 1; two independent coins over their four outcomes give 0
    assertThat(ResidualIndependence.distanceCorrelation(x, line)).isCloseTo(1, within(1e-9));
    assertThat(
            ResidualIndependence.distanceCorrelation(
                new double[] {0, 0, 1, 1}, new double[] {0, 1, 0, 1}))
        .isCloseTo(0, within(1e-9));
    assertThat(ResidualIndependence.distanceCorrelation(x, new double[5])).isZero();
  }

  @Test
  void shouldRefuseRowsThatDoNotBelongTogether() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MeanCorrelation.of(gaussian(10, 2, 1), gaussian(9, 2, 1)))
        .withMessageContaining("got 10 and 9");
    double[][] broken = gaussian(60, 2, 1);
    broken[3][1] = Double.NaN;
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Disentanglement.of(broken, gaussian(60, 2, 1)))
        .withMessageContaining("row 3 holds NaN");
  }
}
