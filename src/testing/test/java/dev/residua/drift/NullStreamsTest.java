package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.Normal;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NullStreamsTest {
  private static float[][] draw(NullStreams quiet, int n, int latents) {
    NullStreams.Stream stream = quiet.new Stream();
    float[][] rows = new float[n][latents];
    for (int t = 0; t < n; t++) {
      if (t % 500 == 0) {
        stream.newWorld(t);
        stream.newStream();
      }
      stream.next(rows[t]);
    }
    return rows;
  }

  private static double correlation(float[][] rows, int a, int b, int lag) {
    double[] mean = new double[rows[0].length];
    for (float[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        mean[k] += row[k] / rows.length;
      }
    }
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int t = lag; t < rows.length; t++) {
      double x = rows[t][a] - mean[a];
      double y = rows[t - lag][b] - mean[b];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    return ab / Math.sqrt(aa * bb);
  }

  /**
   * Exponential latents with a common part: the distribution of each and their dependence come
   * back.
   */
  @Test
  void shouldKeepTheDistributionOfEveryLatentAndTheirCorrelation() {
    // Given
    Random random = new Random(1);
    float[][] rows = new float[4_000][2];
    for (float[] row : rows) {
      double common = -Math.log(1 - random.nextDouble());
      row[0] = (float) (common - Math.log(1 - random.nextDouble()));
      row[1] = (float) (100 - 5 * (common - Math.log(1 - random.nextDouble())));
    }
    // When
    NullStreams quiet = new NullStreams(rows);
    float[][] drawn = draw(quiet, 40_000, 2);
    // Then the quantiles of a gamma distribution of shape 2 (scipy.stats.gamma(2).ppf)
    double[] first = new double[drawn.length];
    for (int t = 0; t < drawn.length; t++) {
      first[t] = drawn[t][0];
    }
    Arrays.sort(first);
    assertThat(first[(int) (0.05 * first.length)]).isCloseTo(0.3554, within(0.04));
    assertThat(first[first.length / 2]).isCloseTo(1.6783, within(0.08));
    assertThat(first[(int) (0.99 * first.length)]).isCloseTo(6.6384, within(0.6));
    assertThat(first[(int) (0.9999 * first.length)]).isCloseTo(11.756, within(2.5));
    assertThat(correlation(drawn, 0, 1, 0)).isCloseTo(-0.5, within(0.07));
    assertThat(quiet.order()).isZero();
    assertThat(quiet.block()).isEqualTo(1);
  }

  @Test
  void shouldDrawValuesBeyondTheReference() {
    // Given
    Random random = new Random(2);
    float[][] rows = new float[1_000][1];
    float largest = 0;
    for (float[] row : rows) {
      row[0] = (float) random.nextGaussian();
      largest = Math.max(largest, row[0]);
    }
    // When
    float[][] drawn = draw(new NullStreams(rows), 20_000, 1);
    // Then about 20 of 20,000 are beyond the largest of 1,000
    int beyond = 0;
    for (float[] row : drawn) {
      beyond += row[0] > largest ? 1 : 0;
    }
    assertThat(beyond).isBetween(4, 60);
  }

  /** A vector autoregression in which one latent drives the other. */
  @Test
  void shouldFollowAnAutoregression() {
    // Given
    Random random = new Random(3);
    float[][] rows = new float[5_000][2];
    for (int t = 1; t < rows.length; t++) {
      rows[t][0] = (float) (0.8 * rows[t - 1][0] + random.nextGaussian());
      rows[t][1] = (float) (0.5 * rows[t - 1][0] + 0.3 * rows[t - 1][1] + random.nextGaussian());
    }
    // When
    NullStreams quiet = new NullStreams(rows);
    float[][] drawn = draw(quiet, 50_000, 2);
    // Then
    assertThat(quiet.order()).isEqualTo(1);
    assertThat(quiet.block()).isEqualTo(1);
    assertThat(correlation(drawn, 0, 0, 1)).isCloseTo(0.8, within(0.03));
    assertThat(correlation(drawn, 0, 0, 5)).isCloseTo(0.33, within(0.06));
    assertThat(correlation(drawn, 1, 0, 1)).isCloseTo(correlation(rows, 1, 0, 1), within(0.03));
  }

  @Test
  void shouldDrawBlocksWhereTheSquaresAreAutocorrelated() {
    // Given volatility that changes slowly
    Random random = new Random(4);
    float[][] rows = new float[5_000][1];
    double log = 0;
    for (float[] row : rows) {
      log = 0.95 * log + 0.25 * random.nextGaussian();
      row[0] = (float) (Math.exp(log) * random.nextGaussian());
    }
    // When
    NullStreams quiet = new NullStreams(rows);
    // Then
    assertThat(quiet.block()).isGreaterThan(20);
  }

  @Test
  void shouldKnowTheNormalDistribution() {
    // scipy.stats.norm.cdf
    assertThat(Normal.cdf(-3.7)).isCloseTo(1.0779973347738824e-4, within(1e-10));
    assertThat(Normal.cdf(0)).isCloseTo(0.5, within(1e-6));
    assertThat(Normal.cdf(1.5)).isCloseTo(0.9331927987311419, within(1e-6));
    assertThat(Normal.quantile(0.975)).isCloseTo(1.959963984540054, within(1e-5));
    assertThat(Normal.quantile(1e-5)).isCloseTo(-4.264890793922602, within(1e-5));
  }
}
