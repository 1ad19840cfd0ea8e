package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class LossTermsTest {
  private static final int N = 12;
  private static final int D = 3;

  @Test
  void shouldComputeTheUnbiasedDiscrepancyPairByPair() {
    // Given
    double[][] x = draw(1, 0);
    double[][] y = draw(2, 0.7);
    // When
    double fast = mmd(x, y);
    // Then
    assertThat(fast).isCloseTo(slowMmd(x, y), within(1e-9));
    assertThat(fast).isGreaterThan(0.5);
  }

  @Test
  void shouldGiveTheClosedFormForTwoPairsOfEqualPoints() {
    // Given two points in each sample, all four distances known: within 0, across 1
    double[][] x = {{0, 0}, {0, 0}};
    double[][] y = {{1, 0}, {1, 0}};
    // When
    SameDiff sd = SameDiff.create();
    SDVariable value =
        LossTerms.mmd(
            sd, DataType.DOUBLE, sd.constant(Nd4j.create(x)), sd.constant(Nd4j.create(y)), 2, 2);
    // Then 2 * 7 - 2 * sum of C / (C + 1) with C = 4 s
    double across = 0;
    for (double s : new double[] {0.1, 0.2, 0.5, 1, 2, 5, 10}) {
      across += 4 * s / (4 * s + 1);
    }
    assertThat(value.eval().getDouble(0)).isCloseTo(14 - 2 * across, within(1e-9));
  }

  @Test
  void shouldHaveTheGradientOfFiniteDifferences() throws Exception {
    // Given
    double[][] x = draw(3, 0.2);
    double[][] y = draw(4, 0);
    SameDiff sd = SameDiff.create();
    SDVariable vx = sd.var("x", Nd4j.create(x));
    SDVariable vy = sd.constant(Nd4j.create(y));
    LossTerms.mmd(sd, DataType.DOUBLE, LossTerms.standardized(sd, vx), vy, N, D).rename("loss");
    sd.setLossVariables("loss");
    // When
    INDArray gradient = QuietOutput.during(() -> sd.calculateGradients(Map.of(), "x").get("x"));
    // Then
    double step = 1e-5;
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < D; j++) {
        double kept = x[i][j];
        x[i][j] = kept + step;
        double up = slowMmd(slowStandardized(x), y);
        x[i][j] = kept - step;
        double down = slowMmd(slowStandardized(x), y);
        x[i][j] = kept;
        assertThat(gradient.getDouble(i, j)).isCloseTo((up - down) / (2 * step), within(1e-6));
      }
    }
    assertThat(gradient.norm2Number().doubleValue()).isGreaterThan(0.01);
  }

  private static double mmd(double[][] x, double[][] y) {
    SameDiff sd = SameDiff.create();
    return LossTerms.mmd(
            sd,
            DataType.DOUBLE,
            sd.constant(Nd4j.create(x)),
            sd.constant(Nd4j.create(y)),
            x.length,
            x[0].length)
        .eval()
        .getDouble(0);
  }

  private static double slowMmd(double[][] x, double[][] y) {
    double within = 0;
    double across = 0;
    int n = x.length;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        if (i != j) {
          within += kernel(x[i], x[j]) + kernel(y[i], y[j]);
        }
        across += kernel(x[i], y[j]);
      }
    }
    return within / ((double) n * (n - 1)) - 2 * across / ((double) n * n);
  }

  private static double kernel(double[] a, double[] b) {
    double distance = 0;
    for (int k = 0; k < a.length; k++) {
      distance += (a[k] - b[k]) * (a[k] - b[k]);
    }
    double sum = 0;
    for (double scale : LossTerms.SCALES) {
      double c = 2 * a.length * scale;
      sum += c / (c + distance);
    }
    return sum;
  }

  private static double[][] slowStandardized(double[][] x) {
    int n = x.length;
    double[][] out = new double[n][D];
    for (int j = 0; j < D; j++) {
      double mean = 0;
      for (double[] row : x) {
        mean += row[j] / n;
      }
      double variance = 0;
      for (double[] row : x) {
        variance += (row[j] - mean) * (row[j] - mean) / n;
      }
      for (int i = 0; i < n; i++) {
        out[i][j] = (x[i][j] - mean) / Math.sqrt(variance + 1e-6);
      }
    }
    return out;
  }

  private static double[][] draw(long seed, double shift) {
    Random random = new Random(seed);
    double[][] x = new double[N][D];
    for (double[] row : x) {
      for (int j = 0; j < D; j++) {
        row[j] = random.nextGaussian() * (1 + shift) + 3 * shift;
      }
    }
    return x;
  }
}
