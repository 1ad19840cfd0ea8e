package dev.residua.training.metrics;

import java.util.Arrays;

/**
 * Disentanglement, completeness, informativeness (DCI). For every factor gradient-boosted trees (60
 * trees of depth 4, rate 0.1) predict it from the latents; importance is the squared error that
 * splits on a latent remove. Disentanglement: does each latent serve one factor; completeness: is
 * each factor in one latent (both {@code 1 - entropy} of normalised importances, weighted by mass,
 * in [0, 1]); informativeness: share of the factors' variance predicted on held-out rows.
 *
 * <p>Source: Eastwood and Williams, A Framework for the Quantitative Evaluation of Disentangled
 * Representations, ICLR 2018.
 *
 * @param disentanglement in [0, 1]
 * @param completeness in [0, 1]
 * @param informativeness mean of {@code r2}, at most 1
 * @param r2 held-out coefficient of determination of each factor, at most 1
 */
public record Disentanglement(
    double disentanglement, double completeness, double informativeness, double[] r2) {
  private static final double TINY = 1e-11;

  /**
   * Computes the scores on even rows for fitting and odd rows for testing. O(60 n k d).
   *
   * @param factors known, shape {@code [n][k]}, {@code n >= 50}
   * @param latents learnt, shape {@code [n][d]}
   */
  public static Disentanglement of(double[][] factors, double[][] latents) {
    Columns.check("DCI", factors, latents, 50);
    int k = factors[0].length;
    int d = latents[0].length;
    double[][] train = splitHalf(latents, 0);
    double[][] test = splitHalf(latents, 1);
    double[][] importance = new double[d][k];
    double[] r2 = new double[k];
    for (int f = 0; f < k; f++) {
      double[] y = Columns.of(splitHalf(factors, 0), f);
      double[] truth = Columns.of(splitHalf(factors, 1), f);
      BoostedTrees trees = BoostedTrees.fit(train, y, 60, 4, 0.1);
      double[] gains = trees.importance();
      double total = Math.max(TINY, Arrays.stream(gains).sum());
      for (int l = 0; l < d; l++) {
        importance[l][f] = gains[l] / total;
      }
      double mean = Arrays.stream(truth).average().orElse(0);
      double error = 0;
      double variance = 0;
      for (int i = 0; i < truth.length; i++) {
        error += Math.pow(truth[i] - trees.predict(test[i]), 2);
        variance += Math.pow(truth[i] - mean, 2);
      }
      r2[f] = variance > 0 ? 1 - error / variance : 0;
    }
    double[][] turned = new double[k][d];
    for (int f = 0; f < k; f++) {
      for (int l = 0; l < d; l++) {
        turned[f][l] = importance[l][f];
      }
    }
    return new Disentanglement(
        concentration(importance),
        concentration(turned),
        Arrays.stream(r2).average().orElse(0),
        r2);
  }

  /** Mean over rows, weighted by their mass, of one minus the entropy of the normalised row. */
  private static double concentration(double[][] rows) {
    int columns = rows[0].length;
    double mass = 0;
    double sum = 0;
    for (double[] row : rows) {
      double total = Arrays.stream(row).sum();
      double entropy = 0;
      for (double value : row) {
        double p = (value + TINY) / (total + columns * TINY);
        entropy -= p * Math.log(p);
      }
      sum += total * (columns == 1 ? 1 : 1 - entropy / Math.log(columns));
      mass += total;
    }
    return mass == 0 ? 0 : sum / mass;
  }

  private static double[][] splitHalf(double[][] rows, int odd) {
    double[][] half = new double[(rows.length + 1 - odd) / 2][];
    for (int i = 0; i < half.length; i++) {
      half[i] = rows[2 * i + odd];
    }
    return half;
  }
}
