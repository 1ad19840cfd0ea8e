package dev.residua.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Local scores of an {@link ExactDagSearch}: what it costs to give a latent a set of parents,
 * {@code n_i / n (H(z_i - f_i(parents)) + penalty * parents)} in nats per row, with {@code n_i} the
 * rows in which the equation of latent {@code i} held. {@code H} is the mean over two folds of the
 * entropy of held-out residuals, {@code f_i} a ridge regression on random Fourier features.
 *
 * <p>The features of a set are made once for all latents and all samples of rows. Sets are
 * independent of one another and run on all threads of the common pool; each has a seed of its own,
 * so the scores do not depend on the number of threads.
 */
final class ParentScores {
  private final int d;
  private final double[][] z;
  private final ExactDagSearchSettings settings;
  private final long[] seeds;
  private final int[] group;
  private final boolean[][] holdsInGroup;

  /**
   * @param z standardised latents, shape {@code [n][d]}
   * @param holds whether the equation of a latent held in a row, shape {@code [n][d]}
   * @param names one per latent
   * @throws IllegalArgumentException if an equation held in too few rows
   */
  ParentScores(
      double[][] z, boolean[][] holds, List<String> names, ExactDagSearchSettings settings) {
    this.d = names.size();
    this.z = z;
    this.settings = settings;
    Random random = new Random(settings.seed());
    this.seeds = new long[1 << d];
    for (int set = 1; set < seeds.length; set++) {
      seeds[set] = random.nextLong();
    }
    this.group = new int[d];
    // Latents whose equations hold in the same rows share their regressions.
    List<boolean[]> distinct = new ArrayList<>();
    for (int i = 0; i < d; i++) {
      boolean[] column = new boolean[z.length];
      int rows = 0;
      for (int r = 0; r < z.length; r++) {
        column[r] = holds[r][i];
        rows += column[r] ? 1 : 0;
      }
      if (rows < ExactDagSearch.MIN_ROWS) {
        throw new IllegalArgumentException(
            "the mechanism of %s holds in %d of the %d rows in use, needed are %d"
                .formatted(names.get(i), rows, z.length, ExactDagSearch.MIN_ROWS));
      }
      group[i] = 0;
      while (group[i] < distinct.size() && !Arrays.equals(distinct.get(group[i]), column)) {
        group[i]++;
      }
      if (group[i] == distinct.size()) {
        distinct.add(column);
      }
    }
    this.holdsInGroup = distinct.toArray(new boolean[0][]);
  }

  /**
   * Computes scores.
   *
   * @param rowsOf indices of the rows of each sample
   * @param wanted which sets of parents to score, shape {@code [latent][set]}
   * @param into receives the scores that are wanted, shape {@code [sample][latent][set]}
   */
  void score(int[][] rowsOf, boolean[][] wanted, double[][][] into) {
    int[][][] held = new int[rowsOf.length][holdsInGroup.length][];
    for (int s = 0; s < rowsOf.length; s++) {
      for (int g = 0; g < holdsInGroup.length; g++) {
        boolean[] holds = holdsInGroup[g];
        held[s][g] = Arrays.stream(rowsOf[s]).filter(row -> holds[row]).toArray();
      }
    }
    int[] sets =
        IntStream.range(0, 1 << d)
            .filter(set -> IntStream.range(0, d).anyMatch(i -> wanted[i][set]))
            .toArray();
    Arrays.stream(sets)
        .parallel()
        .forEach(
            set -> {
              double[][] phi = set == 0 ? new double[0][] : features(set);
              double penalty = settings.edgePenalty() * Integer.bitCount(set);
              for (int s = 0; s < rowsOf.length; s++) {
                for (int g = 0; g < holdsInGroup.length; g++) {
                  int ofGroup = g;
                  int[] latents =
                      IntStream.range(0, d)
                          .filter(i -> wanted[i][set] && group[i] == ofGroup)
                          .toArray();
                  int[] rows = held[s][g];
                  double[] entropies =
                      set == 0 ? rootEntropies(latents, rows) : entropies(phi, latents, rows);
                  double weight = (double) rows.length / rowsOf[s].length;
                  for (int k = 0; k < latents.length; k++) {
                    into[s][latents[k]][set] = weight * (entropies[k] + penalty);
                  }
                }
              }
            });
  }

  private double[][] features(int set) {
    int[] members = IntStream.range(0, d).filter(i -> (set >> i & 1) == 1).toArray();
    return FourierFeatures.of(z, members, settings.features(), seeds[set]);
  }

  /** Mean over two folds of the entropy of latents without parents. */
  private double[] rootEntropies(int[] latents, int[] rows) {
    double[] mean = new double[latents.length];
    for (int fold = 0; fold < 2; fold++) {
      int[] test = fold(rows, fold);
      for (int k = 0; k < latents.length; k++) {
        int latent = latents[k];
        mean[k] +=
            Entropy.mSpacing(Arrays.stream(test).mapToDouble(r -> z[r][latent]).toArray()) / 2;
      }
    }
    return mean;
  }

  /** Mean over two folds of the entropy of the residuals of latents. */
  private double[] entropies(double[][] phi, int[] latents, int[] rows) {
    double[] mean = new double[latents.length];
    for (int fold = 0; fold < 2 && latents.length > 0; fold++) {
      int[] train = fold(rows, 1 - fold);
      int[] test = fold(rows, fold);
      RidgeFit fit = RidgeFit.accumulate(phi, z, train);
      Cholesky factor = fit.factor(settings.ridge() * train.length);
      for (int k = 0; k < latents.length; k++) {
        int latent = latents[k];
        double[] weights = fit.weights(factor, latent);
        double intercept = fit.intercept(weights, latent);
        double[] residuals = new double[test.length];
        for (int t = 0; t < test.length; t++) {
          residuals[t] = z[test[t]][latent] - RidgeFit.predict(weights, intercept, phi[test[t]]);
        }
        mean[k] += Entropy.mSpacing(residuals) / 2;
      }
    }
    return mean;
  }

  private static int[] fold(int[] rows, int fold) {
    int[] part = new int[(rows.length + 1 - fold) / 2];
    for (int i = 0; i < part.length; i++) {
      part[i] = rows[2 * i + fold];
    }
    return part;
  }
}
