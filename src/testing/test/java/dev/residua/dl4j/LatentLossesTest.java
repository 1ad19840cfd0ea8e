package dev.residua.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.residua.causal.NodeColumns;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatentLossesTest {
  private static final int ROWS = 5;
  private static final int D = 3;

  @Test
  void shouldAverageOverTheKnownLabelsOnly() {
    // Given the last two rows have labels of the first two latents, one of four is unknown
    double[] z = normal(1, ROWS * D);
    double[] labels = {0.5, Double.NaN, -1, 0.2};
    double third = 1.0 / 3;
    double[] counts = {third, 0, third, third};
    double[] gradient = new double[z.length];
    // When
    double error = LatentLosses.labels(z, D, 3, labels, counts, 2, 100, gradient);
    // Then
    double expected =
        (Math.pow(z[9] - 0.5, 2) + Math.pow(z[12] + 1, 2) + Math.pow(z[13] - 0.2, 2)) / 3;
    assertThat(error).isCloseTo(expected, within(1e-12));
    double[] slopes =
        Differences.of(
            z, x -> 100 * LatentLosses.labels(x, D, 3, labels, counts, 2, 0, new double[z.length]));
    assertThat(gradient).usingComparatorWithPrecision(1e-5).containsExactly(slopes);
  }

  @Test
  void shouldMeasureCategoriesByTheCrossEntropy() {
    // Given a real latent, then a category of 3 values: rows of 4 columns, the last two labelled
    NodeColumns columns = NodeColumns.of(1, 3);
    double[] z = normal(11, ROWS * 4);
    double[] labels = {0.5, 2, Double.NaN, 0};
    double third = 1.0 / 3;
    double[] counts = {third, third, 0, third};
    double[] gradient = new double[z.length];
    // When
    double error = LatentLosses.labels(z, columns, 3, labels, counts, 2, 100, gradient);
    // Then
    double first = Math.exp(z[13]) + Math.exp(z[14]) + Math.exp(z[15]);
    double second = Math.exp(z[17]) + Math.exp(z[18]) + Math.exp(z[19]);
    double expected =
        (Math.pow(z[12] - 0.5, 2)
                - Math.log(Math.exp(z[15]) / first) / Math.log(3)
                - Math.log(Math.exp(z[17]) / second) / Math.log(3))
            / 3;
    assertThat(error).isCloseTo(expected, within(1e-12));
    double[] slopes =
        Differences.of(
            z,
            x ->
                100
                    * LatentLosses.labels(
                        x, columns, 3, labels, counts, 2, 0, new double[z.length]));
    assertThat(gradient).usingComparatorWithPrecision(1e-5).containsExactly(slopes);
  }

  @Test
  void shouldPassGradientsThroughProbabilities() {
    // Given a loss that is linear in the input of the decoder
    NodeColumns columns = NodeColumns.of(2, 1, 3);
    double[] z = normal(12, 2 * 6);
    double[] weights = normal(13, 2 * 6);
    // When
    double[] read = LatentLosses.probabilities(z, columns);
    double[] gradient = weights.clone();
    LatentLosses.probabilitiesBackward(read, columns, gradient);
    // Then
    assertThat(read[0] + read[1]).isCloseTo(1, within(1e-12));
    assertThat(read[2]).isEqualTo(z[2]);
    double[] slopes =
        Differences.of(
            z,
            x -> {
              double[] p = LatentLosses.probabilities(x, columns);
              double sum = 0;
              for (int k = 0; k < p.length; k++) {
                sum += weights[k] * p[k];
              }
              return sum;
            });
    assertThat(gradient).usingComparatorWithPrecision(1e-5).containsExactly(slopes);
    // and the decoder reads the more likely of each, as when the model is used
    double[] chosen = LatentLosses.chosen(read, columns);
    float[] values = new float[12];
    for (int k = 0; k < 12; k++) {
      values[k] = (float) z[k];
    }
    float[] used = columns.write(columns.read(values, 2), 2);
    for (int k = 0; k < 12; k++) {
      assertThat((float) chosen[k]).isEqualTo(used[k]);
    }
    double[] real = normal(14, 6);
    assertThat(LatentLosses.probabilities(real, NodeColumns.real(3))).isSameAs(real);
    assertThat(LatentLosses.chosen(real, NodeColumns.real(3))).isSameAs(real);
  }

  @Test
  void shouldComparePairsInVariancesOfTheOrdinaryRows() {
    // Given three ordinary rows, then two pairs that hold latent 2, one that holds latent 0
    int rows = 3;
    int[] factors = {2, 0, 2};
    double[] z = normal(8, (rows + 6) * D);
    double[] gradient = new double[z.length];
    // When
    double loss = LatentLosses.held(z, D, rows, rows, factors, 100, gradient);
    // Then
    double expected = 0;
    for (int p = 0; p < 3; p++) {
      int k = factors[p];
      double mean = (z[k] + z[D + k] + z[2 * D + k]) / 3;
      double variance =
          (Math.pow(z[k] - mean, 2)
                  + Math.pow(z[D + k] - mean, 2)
                  + Math.pow(z[2 * D + k] - mean, 2))
              / 3;
      double difference = z[(3 + 2 * p) * D + k] - z[(4 + 2 * p) * D + k];
      expected += difference * difference / (variance + 1e-3) / 3;
    }
    assertThat(loss).isCloseTo(expected, within(1e-12));
    double[] slopes =
        Differences.of(
            z, x -> 100 * LatentLosses.held(x, D, rows, rows, factors, 0, new double[z.length]));
    assertThat(gradient).usingComparatorWithPrecision(1e-4).containsExactly(slopes);
  }

  @Test
  void shouldOrderTheLatentsAsAnswered() {
    // Given three ordinary rows, and answers on latents 1, 0 and 1
    int rows = 3;
    double[] z = normal(12, (rows + 6) * D);
    int[] factors = {1, 0, 1};
    int[] signs = {1, -1, -1};
    double[] gradient = new double[z.length];
    // When
    double loss = LatentLosses.order(z, D, rows, rows, factors, signs, 100, gradient);
    // Then
    double expected = 0;
    for (int p = 0; p < 3; p++) {
      int k = factors[p];
      double mean = (z[k] + z[D + k] + z[2 * D + k]) / 3;
      double variance =
          (Math.pow(z[k] - mean, 2)
                  + Math.pow(z[D + k] - mean, 2)
                  + Math.pow(z[2 * D + k] - mean, 2))
              / 3;
      double difference = z[(3 + 2 * p) * D + k] - z[(4 + 2 * p) * D + k];
      expected +=
          Math.log(1 + Math.exp(-3 * signs[p] * difference / Math.sqrt(variance + 1e-3))) / 3;
    }
    assertThat(loss).isCloseTo(expected, within(1e-12));
    double[] slopes =
        Differences.of(
            z,
            x ->
                100
                    * LatentLosses.order(
                        x, D, rows, rows, factors, signs, 0, new double[z.length]));
    assertThat(gradient).usingComparatorWithPrecision(1e-4).containsExactly(slopes);
  }

  @Test
  void shouldStayFiniteOnAnAnswerThatIsFarFromTrue() {
    double[] z = {0, 1, 1e4, -1e4};
    double[] gradient = new double[4];
    assertThat(LatentLosses.order(z, 1, 2, 2, new int[1], new int[] {-1}, 1, gradient))
        .isCloseTo(3 * 2e4 / Math.sqrt(0.25 + 1e-3), within(1e-6));
    assertThat(gradient).doesNotContain(Double.NaN);
  }

  @Test
  void shouldSwapTheHeldLatentOfAPairAndPassGradientsBack() {
    // Given an ordinary row and two pairs, which hold latents 1 and 0
    int[] held = {1, 0};
    double[] z = new double[5 * D];
    Arrays.setAll(z, k -> k);
    // When
    double[] codes = LatentLosses.swapped(z, D, 1, held);
    // Then
    double[] expected = Arrays.copyOfRange(z, D, 5 * D);
    expected[1] = z[2 * D + 1];
    expected[D + 1] = z[D + 1];
    expected[2 * D] = z[4 * D];
    expected[3 * D] = z[3 * D];
    assertThat(codes).containsExactly(expected);
    // and the loss sum of w . codes has the gradient w, swapped back
    double[] w = normal(3, 4 * D);
    double[] gradient = new double[z.length];
    LatentLosses.swappedBackward(w, D, 1, held, gradient);
    double[] slopes =
        Differences.of(
            z,
            x -> {
              double[] y = LatentLosses.swapped(x, D, 1, held);
              double sum = 0;
              for (int k = 0; k < y.length; k++) {
                sum += w[k] * y[k];
              }
              return sum;
            });
    assertThat(gradient).usingComparatorWithPrecision(1e-6).containsExactly(slopes);
  }

  @Test
  void shouldPinTheOrdinaryRows() {
    // Given
    double[] z = normal(9, ROWS * D);
    double[] gradient = new double[z.length];
    // When
    double loss = LatentLosses.pin(z, D, 4, 0.1, gradient);
    // Then
    double expected = 0;
    for (int i = 0; i < D; i++) {
      double mean = (z[i] + z[D + i] + z[2 * D + i] + z[3 * D + i]) / 4;
      double variance = 0;
      for (int r = 0; r < 4; r++) {
        variance += Math.pow(z[r * D + i] - mean, 2) / 4;
      }
      expected += mean * mean + Math.pow(Math.log(variance + 1e-6), 2);
    }
    assertThat(loss).isCloseTo(expected, within(1e-12));
    double[] slopes =
        Differences.of(z, x -> 0.1 * LatentLosses.pin(x, D, 4, 0, new double[z.length]));
    assertThat(gradient).usingComparatorWithPrecision(1e-7).containsExactly(slopes);
  }

  @Test
  void shouldMeasureTheDivergenceOfNormalsFromTheStandardOne() {
    // Given
    double[] mean = normal(2, ROWS * D);
    double[] logVariance = normal(3, ROWS * D);
    double[] byMean = new double[mean.length];
    double[] byLogVariance = new double[mean.length];
    // When
    double value = LatentLosses.divergence(mean, logVariance, ROWS, 0.7, byMean, byLogVariance);
    // Then KL(N(m, v) || N(0, 1)) = -log(sd) + (v + m^2) / 2 - 1/2, summed over latents
    double expected = 0;
    for (int k = 0; k < mean.length; k++) {
      double sd = Math.exp(logVariance[k] / 2);
      expected += -Math.log(sd) + (sd * sd + mean[k] * mean[k]) / 2 - 0.5;
    }
    assertThat(value).isCloseTo(expected / ROWS, within(1e-12));
    double[] unused = new double[mean.length];
    assertThat(byMean)
        .usingComparatorWithPrecision(1e-7)
        .containsExactly(
            Differences.of(
                mean, x -> 0.7 * LatentLosses.divergence(x, logVariance, ROWS, 0, unused, unused)));
    assertThat(byLogVariance)
        .usingComparatorWithPrecision(1e-7)
        .containsExactly(
            Differences.of(
                logVariance, x -> 0.7 * LatentLosses.divergence(mean, x, ROWS, 0, unused, unused)));
  }

  @Test
  void shouldPassGradientsThroughADraw() {
    // Given
    double[] mean = normal(4, ROWS * D);
    double[] logVariance = normal(5, ROWS * D);
    double[] noise = normal(6, ROWS * D);
    double[] direction = normal(7, ROWS * D);
    double[] gradient = new double[mean.length];
    // When
    LatentLosses.sampleBackward(direction, logVariance, noise, gradient);
    // Then
    double[] slopes =
        Differences.of(
            logVariance,
            x -> {
              double[] z = LatentLosses.sample(mean, x, noise);
              double sum = 0;
              for (int k = 0; k < z.length; k++) {
                sum += z[k] * direction[k];
              }
              return sum;
            });
    assertThat(gradient).usingComparatorWithPrecision(1e-7).containsExactly(slopes);
  }

  private static double[] normal(long seed, int count) {
    Random random = new Random(seed);
    double[] values = new double[count];
    for (int k = 0; k < count; k++) {
      values[k] = random.nextGaussian();
    }
    return values;
  }
}
