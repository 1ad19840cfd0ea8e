package dev.residua.training;

import dev.residua.training.metrics.Columns;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The information about each factor in all latents together: the coefficient of determination on
 * unseen rows, over five folds. It ignores disentanglement, but reveals a factor that the latents
 * lack.
 *
 * @param linear of linear regressions, at most 1, shape {@code [k]}; 0 and below if latents contain
 *     no information
 * @param nonlinear of ridge regressions on the latents and 200 random cosines of them (width: the
 *     typical distance of standardised latents; the better of two ridges), likewise
 */
public record FactorRecovery(double[] linear, double[] nonlinear) {
  private static final int FOLDS = 5;
  private static final int FEATURES = 200;
  private static final double[] RIDGES = {1e-5, 1e-3};
  private static final int MAX_ROWS = 5_000;

  /**
   * Regresses factors on latents. About a second for 5,000 rows; more are thinned evenly.
   *
   * @param factors known, shape {@code [n][k]}, {@code n >= 50}
   * @param latents learnt, shape {@code [n][d]}
   */
  public static FactorRecovery of(double[][] factors, double[][] latents, long seed) {
    if (factors.length != latents.length || factors.length < 50) {
      throw new IllegalArgumentException(
          "factor recovery needs at least 50 rows of factors and as many of latents but got %d and %d"
              .formatted(factors.length, latents.length));
    }
    int n = Math.min(factors.length, MAX_ROWS);
    double[][] y = new double[n][];
    double[][] z = new double[n][];
    for (int i = 0; i < n; i++) {
      int from = (int) ((long) i * factors.length / n);
      y[i] = factors[from];
      z[i] = latents[from];
    }
    z = Columns.standardized(z);
    double[][] curved = withCosines(z, seed);
    double[] best = r2(curved, y, RIDGES[0]);
    for (int r = 1; r < RIDGES.length; r++) {
      double[] other = r2(curved, y, RIDGES[r]);
      for (int f = 0; f < best.length; f++) {
        best[f] = Math.max(best[f], other[f]);
      }
    }
    return new FactorRecovery(r2(z, y, 1e-9), best);
  }

  private static double[][] withCosines(double[][] z, long seed) {
    int d = z[0].length;
    double width = Math.sqrt(2.0 * d);
    Random random = new Random(seed);
    double[][] frequency = new double[FEATURES][d];
    double[] phase = new double[FEATURES];
    for (int a = 0; a < FEATURES; a++) {
      for (int k = 0; k < d; k++) {
        frequency[a][k] = random.nextGaussian() / width;
      }
      phase[a] = 2 * Math.PI * random.nextDouble();
    }
    double scale = Math.sqrt(2.0 / FEATURES);
    double[][] features = new double[z.length][];
    for (int i = 0; i < z.length; i++) {
      features[i] = Arrays.copyOf(z[i], d + FEATURES);
      for (int a = 0; a < FEATURES; a++) {
        double angle = phase[a];
        for (int k = 0; k < d; k++) {
          angle += frequency[a][k] * z[i][k];
        }
        features[i][d + a] = scale * Math.cos(angle);
      }
    }
    return features;
  }

  /** Share of each column's variance that is predicted on left-out folds of every fifth row. */
  private static double[] r2(double[][] features, double[][] y, double ridge) {
    int n = y.length;
    int k = y[0].length;
    double[] error = new double[k];
    double[] variance = new double[k];
    for (int fold = 0; fold < FOLDS; fold++) {
      int left = fold;
      int[] train = IntStream.range(0, n).filter(i -> i % FOLDS != left).toArray();
      RidgeFit fit = RidgeFit.accumulate(features, y, train);
      Cholesky factor = fit.factor(ridge * train.length);
      for (int f = 0; f < k; f++) {
        double[] w = fit.weights(factor, f);
        double intercept = fit.intercept(w, f);
        double mean = fit.intercept(new double[w.length], f);
        for (int i = fold; i < n; i += FOLDS) {
          double predicted = intercept;
          for (int a = 0; a < w.length; a++) {
            predicted += w[a] * features[i][a];
          }
          error[f] += Math.pow(y[i][f] - predicted, 2);
          variance[f] += Math.pow(y[i][f] - mean, 2);
        }
      }
    }
    double[] r2 = new double[k];
    Arrays.setAll(r2, f -> variance[f] > 0 ? 1 - error[f] / variance[f] : 0);
    return r2;
  }
}
