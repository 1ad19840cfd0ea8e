package dev.residua.training;

import java.util.Random;

/**
 * Random Fourier features of the Gaussian kernel (Rahimi and Recht, NIPS 2007), for regressions on
 * standardised values.
 */
final class FourierFeatures {
  private FourierFeatures() {}

  /**
   * Features with norm about 1.
   *
   * @param z standardised, shape {@code [n][>= members]}
   * @param members columns of {@code z} that are read, at least one
   * @param count number of features {@code m}
   * @return shape {@code [n][m]}
   */
  static double[][] of(double[][] z, int[] members, int count, long seed) {
    Random random = new Random(seed);
    int k = members.length;
    // Standardised coordinates are on average sqrt(2k) apart; the width follows that distance.
    double width = Math.sqrt(2.0 * k) / 1.5;
    double[][] frequency = new double[count][k];
    double[] phase = new double[count];
    for (int a = 0; a < count; a++) {
      for (int b = 0; b < k; b++) {
        frequency[a][b] = random.nextGaussian() / width;
      }
      phase[a] = 2 * Math.PI * random.nextDouble();
    }
    double scale = Math.sqrt(2.0 / count);
    double[][] phi = new double[z.length][count];
    for (int r = 0; r < z.length; r++) {
      for (int a = 0; a < count; a++) {
        double angle = phase[a];
        for (int b = 0; b < k; b++) {
          angle += frequency[a][b] * z[r][members[b]];
        }
        phi[r][a] = scale * Math.cos(angle);
      }
    }
    return phi;
  }
}
