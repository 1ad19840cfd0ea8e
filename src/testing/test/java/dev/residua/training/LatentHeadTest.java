package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LatentHeadTest {
  private static final int D = 3;

  /** Labels of unit variance, uniform so that the ends are as well covered as the middle. */
  private static double[][] labels(int n, long seed) {
    Random random = new Random(seed);
    double[][] labels = new double[n][D];
    for (double[] row : labels) {
      Arrays.setAll(row, i -> Math.sqrt(3) * (2 * random.nextDouble() - 1));
    }
    return labels;
  }

  /** Latents that are the labels, the first one warped and leaning on the second. */
  private static double[][] warped(double[][] labels, double noise, long seed) {
    Random random = new Random(seed);
    double[][] z = new double[labels.length][D];
    for (int i = 0; i < z.length; i++) {
      double[] y = labels[i];
      z[i][0] = y[0] - 0.25 * Math.sin(2 * y[0]) + 0.2 * y[1];
      z[i][1] = y[1];
      z[i][2] = y[2];
      for (int k = 0; k < D; k++) {
        z[i][k] += noise * random.nextGaussian();
      }
    }
    return z;
  }

  private static double rms(double[][] z, double[][] labels, int factor) {
    double sum = 0;
    for (int i = 0; i < z.length; i++) {
      sum += Math.pow(z[i][factor] - labels[i][factor], 2) / z.length;
    }
    return Math.sqrt(sum);
  }

  @Test
  void shouldStraightenAWarpedLatentOnFramesWithoutLabels() {
    // Given 150 labelled frames
    double[][] known = labels(150, 1);
    double[][] fresh = labels(1_000, 2);
    double[][] z = warped(fresh, 0.05, 4);
    // When
    LatentHead.Fit fit = LatentHead.fit(warped(known, 0.05, 3), known);
    LatentHead head = fit.head();
    // Then only the warped latent is corrected, and its error falls to that of the noise
    assertThat(head).isNotNull();
    assertThat(head.corrects(0)).isTrue();
    assertThat(head.corrects(1)).isFalse();
    assertThat(head.corrects(2)).isFalse();
    double before = rms(z, fresh, 0);
    double[][] corrected = Arrays.stream(z).map(head::apply).toArray(double[][]::new);
    assertThat(before).isGreaterThan(0.25);
    assertThat(rms(corrected, fresh, 0)).isLessThan(0.1);
    assertThat(rms(corrected, fresh, 1)).isEqualTo(rms(z, fresh, 1));
    // and fresh frames confirm the error of leaving one out
    assertThat(fit.errorInUse(0)).isCloseTo(rms(corrected, fresh, 0), within(0.02));
    assertThat(fit.errorInUse(1)).isEqualTo(fit.ownError()[1]);
  }

  @Test
  void shouldLeaveLatentsAloneWhoseErrorIsNoFunctionOfThem() {
    // Given
    int corrected = 0;
    // When
    for (int seed = 0; seed < 40; seed++) {
      double[][] known = labels(100, seed);
      double[][] z = labels(100, seed);
      Random random = new Random(100 + seed);
      for (double[] row : z) {
        for (int k = 0; k < D; k++) {
          row[k] += 0.2 * random.nextGaussian();
        }
      }
      corrected += LatentHead.fit(z, known).head() == null ? 0 : 1;
    }
    // Then, since 0.2 sd of noise make the labels regress by 4 % of z at most, few are touched
    assertThat(corrected).isLessThanOrEqualTo(2);
  }

  @Test
  void shouldLeaveLatentsAloneWhereLabelsHaveNothingToDoWithThem() {
    // Given
    double[][] known = labels(150, 11);
    // When
    LatentHead.Fit fit = LatentHead.fit(labels(150, 12), known);
    // Then the mean of the labels would be a better prediction, but it is not a latent
    assertThat(fit.headError()[0]).isLessThan(1.1);
    assertThat(fit.ownError()[0]).isGreaterThan(1.3);
    assertThat(fit.head()).isNull();
  }

  @Test
  void shouldEqualTheErrorOfFitsThatLeaveEachFrameOut() {
    // Given
    double[][] known = labels(40, 5);
    double[][] z = warped(known, 0.02, 6);
    LatentHead.Fit fit = LatentHead.fit(z, known);
    double least = Double.POSITIVE_INFINITY;
    // When every kernel is tried the slow way
    double[] distances = new double[40 * 39 / 2];
    for (int i = 0, at = 0; i < 40; i++) {
      for (int j = 0; j < i; j++) {
        distances[at++] = Math.sqrt(squared(z[i], z[j]));
      }
    }
    Arrays.sort(distances);
    for (double relative : new double[] {0.25, 0.5, 1, 2, 4}) {
      for (double ridge : new double[] {0.01, 0.1, 1, 10}) {
        double sum = 0;
        for (int out = 0; out < 40; out++) {
          double width = relative * distances[distances.length / 2];
          sum += Math.pow(errorWithout(out, z, known, width, ridge), 2);
        }
        least = Math.min(least, Math.sqrt(sum / 40));
      }
    }
    // Then
    assertThat(fit.headError()[0]).isCloseTo(least, within(1e-9));
  }

  private static double errorWithout(
      int out, double[][] z, double[][] labels, double width, double ridge) {
    int n = z.length - 1;
    int[] rows = new int[n];
    Arrays.setAll(rows, i -> i < out ? i : i + 1);
    double[][] gram = new double[n][n];
    double[] target = new double[n];
    for (int i = 0; i < n; i++) {
      target[i] = labels[rows[i]][0] - z[rows[i]][0];
      for (int j = 0; j < n; j++) {
        gram[i][j] = 1 + Math.exp(-squared(z[rows[i]], z[rows[j]]) / (2 * width * width));
      }
    }
    double[] alpha = Cholesky.of(gram, ridge).solve(target);
    double predicted = 0;
    for (int i = 0; i < n; i++) {
      predicted += alpha[i] * (1 + Math.exp(-squared(z[rows[i]], z[out]) / (2 * width * width)));
    }
    return labels[out][0] - z[out][0] - predicted;
  }

  private static double squared(double[] a, double[] b) {
    double sum = 0;
    for (int k = 0; k < a.length; k++) {
      sum += (a[k] - b[k]) * (a[k] - b[k]);
    }
    return sum;
  }

  @Test
  void shouldUseFramesOfWhichOnlySomeFactorsAreKnown() {
    // Given the warped factor known in every frame, another in every third
    double[][] known = labels(150, 7);
    double[][] z = warped(known, 0.05, 8);
    for (int i = 0; i < known.length; i++) {
      known[i][1] = i % 3 == 0 ? known[i][1] : Double.NaN;
      known[i][2] = i < 5 ? known[i][2] : Double.NaN;
    }
    // When
    LatentHead.Fit fit = LatentHead.fit(z, known);
    // Then five labels are too few for a correction but give an error
    assertThat(fit.head()).isNotNull();
    assertThat(fit.head().corrects(0)).isTrue();
    assertThat(fit.headError()[2]).isNaN();
    assertThat(fit.errorInUse(2)).isBetween(0.0, 0.2);
  }

  @Test
  void shouldChangeByAConstantFarFromAllLabels() {
    // Given
    double[][] known = labels(100, 9);
    LatentHead head = LatentHead.fit(warped(known, 0.02, 10), known).head();
    assertThat(head).isNotNull();
    // When
    double[] far = head.apply(new double[] {1e4, 0, 0});
    // Then
    assertThat(far[0]).isCloseTo(1e4 + head.bias(0), within(1e-9));
  }
}
