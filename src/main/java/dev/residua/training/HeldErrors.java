package dev.residua.training;

import java.util.Arrays;
import java.util.List;

/**
 * Differences of the latents of held factors within unseen pairs: mean of {@code (z(a) - z(b))^2 /
 * Var z}. 0 if a latent is a function of its factor, about 2 if it is independent of it. Pairs that
 * were trained on show little, since a network can memorise a few hundred.
 *
 * @param pairs number of pairs of each latent's factor, shape {@code [d]}
 * @param errors NaN without pairs, shape {@code [d]}
 */
@SuppressWarnings("ArrayRecordComponent")
record HeldErrors(int[] pairs, double[] errors) {
  /** Fewest pairs of a factor for an error of its latent. */
  static final int MIN_PAIRS = 5;

  /**
   * @param of the pairs; factors from {@code d} on have no latent and are left out
   * @param z latents of the two frames of each pair, one after the other, shape {@code [2 n][d]}
   * @param variances of the latents in usual frames, shape {@code [d]}
   */
  static HeldErrors of(List<HeldPair> of, double[][] z, double[] variances) {
    int[] pairs = new int[variances.length];
    double[] errors = new double[variances.length];
    for (int p = 0; p < of.size(); p++) {
      int k = of.get(p).factor();
      if (k < variances.length) {
        pairs[k]++;
        errors[k] += Math.pow(z[2 * p][k] - z[2 * p + 1][k], 2) / variances[k];
      }
    }
    Arrays.setAll(errors, k -> pairs[k] == 0 ? Double.NaN : errors[k] / pairs[k]);
    return new HeldErrors(pairs, errors);
  }
}
