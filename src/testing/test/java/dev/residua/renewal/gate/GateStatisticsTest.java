package dev.residua.renewal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.drift.UniformDistance;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GateStatisticsTest {
  @Test
  void shouldMeasureTheDistanceFromUniform() {
    // scipy.stats.kstest([0.1, 0.2, 0.2, 0.9], "uniform").statistic
    assertThat(UniformDistance.of(new double[] {0.9, 0.2, 0.1, 0.2}))
        .isCloseTo(0.55, within(1e-12));
    assertThat(UniformDistance.of(new double[] {0.5})).isEqualTo(0.5);
  }

  @Test
  void shouldGiveTheTailOfTheKolmogorovDistribution() {
    // Q(1.6276) = 0.01 and Q(1.3581) = 0.05, the limits for large n: Smirnov's table (1948)
    double n = 1e12;
    assertThat(GateStatistics.kolmogorovTail(1.62762 / 1e6, n)).isCloseTo(0.01, within(1e-5));
    assertThat(GateStatistics.kolmogorovTail(1.35810 / 1e6, n)).isCloseTo(0.05, within(1e-5));
    // Exact 5 % point for n = 20: 0.29408 (Massey 1951)
    assertThat(GateStatistics.kolmogorovTail(0.29408, 20)).isCloseTo(0.05, within(0.002));
    assertThat(GateStatistics.kolmogorovTail(0, 100)).isEqualTo(1);
    assertThat(GateStatistics.kolmogorovTail(1, 100)).isLessThan(1e-12);
  }

  @Test
  void shouldFindTheAutocorrelationTimeOfAnAutoregression() {
    // Given x_t = 0.8 x_(t-1) + noise, whose time is (1 + 0.8) / (1 - 0.8) = 9
    SplittableRandom random = new SplittableRandom(4);
    double[] values = new double[40_000];
    double[] white = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      white[i] = random.nextGaussian();
      values[i] = (i == 0 ? 0 : 0.8 * values[i - 1]) + white[i];
    }
    // Then within 15 %; the estimate ends at the begin of the noise
    int[] whole = {values.length};
    assertThat(GateStatistics.autocorrelationTime(values, whole)).isCloseTo(9, within(1.35));
    assertThat(GateStatistics.autocorrelationTime(white, whole)).isCloseTo(1, within(0.1));
    assertThat(GateStatistics.autocorrelationTime(new double[100], new int[] {100})).isEqualTo(1);
  }

  @Test
  void shouldNotTakeTwoSequencesForOne() {
    // Given values that go up and down by sequence of one frame each: there are no neighbours
    double[] values = {1, 1, 1, 0, 0, 0};
    assertThat(GateStatistics.autocorrelationTime(values, new int[] {1, 1, 1, 1, 1, 1}))
        .isEqualTo(1);
    assertThat(GateStatistics.autocorrelationTime(values, new int[] {6})).isGreaterThan(1);
  }

  @Test
  void shouldCoverTheRatioOfMeans() {
    // Given 300 pairs of autocorrelated series with a true ratio of 1.1
    SplittableRandom random = new SplittableRandom(5);
    int covered = 0;
    int trials = 300;
    int n = 400;
    for (int t = 0; t < trials; t++) {
      float[] first = new float[n];
      float[] second = new float[n];
      double state = random.nextGaussian() / 0.8;
      for (int i = 0; i < n; i++) {
        state = 0.6 * state + random.nextGaussian();
        double common = 10 + state;
        first[i] = (float) (1.1 * common + random.nextGaussian());
        second[i] = (float) (common + random.nextGaussian());
      }
      double[] interval =
          GateStatistics.ratioInterval(first, second, new int[] {150, 250}, 12, 0.05, 400, t);
      covered += interval[0] <= 1.1 && 1.1 <= interval[1] ? 1 : 0;
    }
    // Then 90 % of intervals, less the error of the bootstrap of short series; sd of the share
    // 0.017
    assertThat((double) covered / trials).isBetween(0.83, 0.95);
  }

  @Test
  void shouldGiveEqualSeriesNoWidth() {
    float[] errors = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    assertThat(
            GateStatistics.ratioInterval(errors, errors.clone(), new int[] {7, 3}, 4, 0.01, 200, 1))
        .containsExactly(1, 1);
  }

  @Test
  void shouldBoundAPoissonNumber() {
    // scipy.stats.poisson.isf(0.001, mean)
    assertThat(GateStatistics.poissonBound(4, 0.001)).isEqualTo(11);
    assertThat(GateStatistics.poissonBound(6, 0.001)).isEqualTo(15);
    assertThat(GateStatistics.poissonBound(100, 0.01)).isEqualTo(124);
    assertThat(GateStatistics.poissonBound(0, 0.001)).isEqualTo(0);
  }

  @Test
  void shouldTestSigns() {
    // scipy.stats.binomtest(wins, wins + losses, alternative="greater").pvalue
    assertThat(GateStatistics.signTest(7, 0)).isCloseTo(0.0078125, within(1e-12));
    assertThat(GateStatistics.signTest(9, 2)).isCloseTo(0.03271484375, within(1e-12));
    assertThat(GateStatistics.signTest(0, 5)).isEqualTo(1);
    assertThat(GateStatistics.signTest(0, 0)).isEqualTo(1);
  }
}
