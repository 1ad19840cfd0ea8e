package dev.residua.training.metrics;

import java.util.Arrays;

/**
 * Mean correlation coefficient (MCC): every factor is matched to a latent of its own so that the
 * sum of absolute correlations is largest; the mean of the matched ones. 1 if latents are the
 * factors up to scale and sign (Pearson) or up to monotone maps (Spearman); above 0 by chance.
 *
 * <p>MCC alone does not accept a model: latents with an MCC of .96 can have useless residuals.
 *
 * @param pearson mean over the matching that is best for it, in [0, 1]
 * @param spearman likewise with rank correlations, in [0, 1]
 * @param matching latent of each factor, by Spearman; -1 for a factor without one, if there are
 *     more factors than latents
 * @param perFactor absolute Spearman correlation of each factor with its latent; 0 without one
 */
public record MeanCorrelation(double pearson, double spearman, int[] matching, double[] perFactor) {
  /**
   * Compares factors and latents. O(n k d log n).
   *
   * @param factors known, shape {@code [n][k]}, {@code n >= 2}
   * @param latents learnt, shape {@code [n][d]}
   */
  public static MeanCorrelation of(double[][] factors, double[][] latents) {
    Columns.check("MCC", factors, latents, 2);
    int k = factors[0].length;
    int d = latents[0].length;
    double[][] linear = new double[k][d];
    double[][] ranked = new double[k][d];
    double[][] latentRanks = new double[d][];
    double[][] latentValues = new double[d][];
    for (int j = 0; j < d; j++) {
      latentValues[j] = Columns.of(latents, j);
      latentRanks[j] = Correlation.ranks(latentValues[j]);
    }
    for (int f = 0; f < k; f++) {
      double[] values = Columns.of(factors, f);
      double[] ranks = Correlation.ranks(values);
      for (int j = 0; j < d; j++) {
        linear[f][j] = Math.abs(Correlation.pearson(values, latentValues[j]));
        ranked[f][j] = Math.abs(Correlation.pearson(ranks, latentRanks[j]));
      }
    }
    int[] matching = match(ranked);
    double[] perFactor = new double[k];
    double spearman = 0;
    for (int f = 0; f < k; f++) {
      perFactor[f] = matching[f] < 0 ? 0 : ranked[f][matching[f]];
      spearman += perFactor[f] / k;
    }
    int[] byPearson = match(linear);
    double pearson = 0;
    for (int f = 0; f < k; f++) {
      pearson += byPearson[f] < 0 ? 0 : linear[f][byPearson[f]] / k;
    }
    return new MeanCorrelation(pearson, spearman, matching, perFactor);
  }

  private static int[] match(double[][] value) {
    int k = value.length;
    int d = value[0].length;
    if (k <= d) {
      return Assignment.maximize(value);
    }
    double[][] turned = new double[d][k];
    for (int f = 0; f < k; f++) {
      for (int j = 0; j < d; j++) {
        turned[j][f] = value[f][j];
      }
    }
    int[] factorOf = Assignment.maximize(turned);
    int[] matching = new int[k];
    Arrays.fill(matching, -1);
    for (int j = 0; j < d; j++) {
      matching[factorOf[j]] = j;
    }
    return matching;
  }
}
