package dev.residua.training;

import dev.residua.training.metrics.Assignment;
import dev.residua.training.metrics.Columns;
import dev.residua.training.metrics.Correlation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.MatrixUtils;

/**
 * Matches the latents of a new model to those of the old one: index and sign of a latent change
 * from training to training, but people write rules about its name.
 *
 * <p>Both models encode the same frames. Latents are assigned one to one so that the sum of {@code
 * |Spearman correlation|} is largest. The assignment is repeated on resampled blocks of frames,
 * which gives the confidence of each pair.
 *
 * <p>Latents of one model may be strongly correlated with each other, so the correlation with
 * another latent says little about a pair. The margin therefore compares contributions: the ranks
 * of a latent are regressed on those of all latents of the other model, and the contribution of one
 * of these is the size of its coefficient. It is 0 for a latent that only correlates with the
 * matched one. A latent that mixes two has two contributions.
 *
 * @param pairs one for each latent of the new model, in its order
 */
public record LatentMatching(List<Pair> pairs) {
  /**
   * Share of resamples in which a pair must be matched for its name to be carried over. A name on
   * the wrong latent suppresses or reports the wrong mechanism; a new name only needs attention.
   */
  public static final double MIN_CONFIDENCE = 0.95;

  /** Least absolute correlation of a pair whose name is carried over. */
  public static final double MIN_CORRELATION = 0.8;

  /**
   * Smallest margin of a pair whose name is carried over: another latent contributes at most 0.6
   * times as much as the matched one.
   */
  public static final double MIN_MARGIN = 0.4;

  /** Share of a latent's variance that is added, so that equal latents can be compared. */
  private static final double RIDGE = 1e-9;

  /** Most latents of a model. O(resamples (n d^2 + d^3)) time. */
  public static final int MAX_LATENTS = 62;

  /** Fewest frames for a matching. */
  public static final int MIN_FRAMES = 100;

  public LatentMatching {
    pairs = List.copyOf(pairs);
  }

  /**
   * One latent of the new model.
   *
   * @param latent its index
   * @param old index of its match in the old model; -1 if that has fewer latents
   * @param correlation Spearman's, in [-1, 1], on all frames; 0 without a match
   * @param margin 1 less the next largest contribution relative to that of the match, the smaller
   *     one of both directions: 1 if no other latent contributes, 0 if one contributes as much,
   *     negative if one contributes more; 0 without a match
   * @param confidence share of resamples that match the same pair, in [0, 1]
   */
  public record Pair(int latent, int old, double correlation, double margin, double confidence) {
    /** -1 if the new latent falls while the old one rises, else 1. */
    public int sign() {
      return correlation < 0 ? -1 : 1;
    }

    /** Returns true if the latent keeps its old name. */
    public boolean carriedOver() {
      return old >= 0
          && Math.abs(correlation) >= MIN_CORRELATION
          && margin >= MIN_MARGIN
          && confidence >= MIN_CONFIDENCE;
    }
  }

  /**
   * Settings of the repetitions on resampled frames.
   *
   * @param resamples at least 1
   * @param blockFrames frames that are drawn together, at least 1: longer than the dependence
   *     between frames
   * @param seed of the draws
   */
  public record Bootstrap(int resamples, int blockFrames, long seed) {
    /** 200 resamples of blocks of 25 frames. */
    public static final Bootstrap DEFAULTS = new Bootstrap(200, 25, 1);

    public Bootstrap {
      if (resamples < 1 || blockFrames < 1) {
        throw new IllegalArgumentException(
            "bootstrap must have at least 1 resample of blocks of at least 1 frame but has %d of %d"
                .formatted(resamples, blockFrames));
      }
    }
  }

  /**
   * Matches latents.
   *
   * @param old of the old model, shape {@code [n][d]}, finite, in the order of time
   * @param current of the new model on the same frames, shape {@code [n][e]}; {@code e} may differ
   * @throws IllegalArgumentException if shapes do not fit or a value is not finite
   */
  public static LatentMatching of(double[][] old, double[][] current, Bootstrap bootstrap) {
    int n = old.length;
    if (n != current.length || n < MIN_FRAMES) {
      throw new IllegalArgumentException(
          "latents are matched on the same frames, at least %d, but the old model has %d and the new one %d"
              .formatted(MIN_FRAMES, n, current.length));
    }
    check("old", old);
    check("new", current);
    int e = current[0].length;
    double[][] oldRanks = ranks(old);
    double[][] newRanks = ranks(current);
    double[][] all = correlations(oldRanks, newRanks);
    double[][] toNew = contributions(oldRanks, all);
    double[][] toOld =
        contributions(newRanks, MatrixUtils.createRealMatrix(all).transpose().getData());
    int[] match = match(all);
    int[] same = new int[e];
    SplittableRandom random = new SplittableRandom(bootstrap.seed());
    int block = Math.min(bootstrap.blockFrames(), n);
    double[][] oldSample = new double[oldRanks.length][n];
    double[][] newSample = new double[e][n];
    for (int r = 0; r < bootstrap.resamples(); r++) {
      for (int at = 0; at < n; at += block) {
        int from = random.nextInt(n - block + 1);
        int length = Math.min(block, n - at);
        copy(oldRanks, from, oldSample, at, length);
        copy(newRanks, from, newSample, at, length);
      }
      // Correlations of the ranks on all frames: ranking every resample again changes ties only.
      int[] again = match(correlations(oldSample, newSample));
      for (int j = 0; j < e; j++) {
        same[j] += again[j] == match[j] ? 1 : 0;
      }
    }
    List<Pair> pairs = new ArrayList<>();
    for (int j = 0; j < e; j++) {
      int i = match[j];
      pairs.add(
          new Pair(
              j,
              i,
              i < 0 ? 0 : all[j][i],
              i < 0 ? 0 : Math.min(margin(toNew[j], i), margin(toOld[i], j)),
              (double) same[j] / bootstrap.resamples()));
    }
    return new LatentMatching(pairs);
  }

  /**
   * Names for the latents of the new model: the old name if it is carried over, else one that was
   * never used, so that no rule about another latent matches it.
   *
   * @param oldNames of the old model's latents, in its order
   * @param everUsed all names that any model before had; those of the old model are added
   * @param stem start of new names, such as {@code latent}: they are {@code latent_1}, {@code
   *     latent_2} and so on
   * @throws IllegalArgumentException if there are fewer names than latents that were matched
   */
  public List<String> names(List<String> oldNames, Set<String> everUsed, String stem) {
    Set<String> used = new HashSet<>(everUsed);
    used.addAll(oldNames);
    List<String> names = new ArrayList<>();
    int number = 1;
    for (Pair pair : pairs) {
      if (pair.old() >= oldNames.size()) {
        throw new IllegalArgumentException(
            "latent %d is matched with latent %d of the old model, which has %d names"
                .formatted(pair.latent(), pair.old(), oldNames.size()));
      }
      if (pair.carriedOver()) {
        names.add(oldNames.get(pair.old()));
        continue;
      }
      String fresh = stem + "_" + number++;
      while (!used.add(fresh)) {
        fresh = stem + "_" + number++;
      }
      names.add(fresh);
    }
    return List.copyOf(names);
  }

  private static void check(String which, double[][] rows) {
    int d = rows[0].length;
    if (d < 1 || d > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "the %s model has %d latents, expected 1 to %d".formatted(which, d, MAX_LATENTS));
    }
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != d) {
        throw new IllegalArgumentException(
            "row %d of the %s latents has %d values, row 0 has %d"
                .formatted(i, which, rows[i].length, d));
      }
      for (double value : rows[i]) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "row %d of the %s latents holds %s, expected finite numbers"
                  .formatted(i, which, value));
        }
      }
    }
  }

  private static double[][] ranks(double[][] rows) {
    double[][] ranks = new double[rows[0].length][];
    for (int j = 0; j < ranks.length; j++) {
      ranks[j] = Correlation.ranks(Columns.of(rows, j));
    }
    return ranks;
  }

  private static void copy(double[][] from, int at, double[][] to, int start, int length) {
    for (int j = 0; j < from.length; j++) {
      System.arraycopy(from[j], at, to[j], start, length);
    }
  }

  private static double[][] correlations(double[][] old, double[][] current) {
    double[][] a = centred(old);
    double[][] b = centred(current);
    double[][] out = new double[b.length][a.length];
    for (int j = 0; j < b.length; j++) {
      for (int i = 0; i < a.length; i++) {
        double sum = 0;
        for (int t = 0; t < a[i].length; t++) {
          sum += a[i][t] * b[j][t];
        }
        out[j][i] = Math.max(-1, Math.min(1, sum));
      }
    }
    return out;
  }

  /** Each row less its mean, with length 1; 0 if it does not vary. */
  private static double[][] centred(double[][] rows) {
    double[][] out = new double[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      double mean = Arrays.stream(rows[i]).average().orElse(0);
      double squares = 0;
      double[] row = new double[rows[i].length];
      for (int t = 0; t < row.length; t++) {
        row[t] = rows[i][t] - mean;
        squares += row[t] * row[t];
      }
      double length = Math.sqrt(squares);
      for (int t = 0; t < row.length; t++) {
        row[t] = length > 0 ? row[t] / length : 0;
      }
      out[i] = row;
    }
    return out;
  }

  /** Old latent of each new one; -1 if there are more new ones. */
  private static int[] match(double[][] correlations) {
    int e = correlations.length;
    int d = correlations[0].length;
    boolean turned = e > d;
    double[][] value = new double[turned ? d : e][turned ? e : d];
    for (int j = 0; j < e; j++) {
      for (int i = 0; i < d; i++) {
        value[turned ? i : j][turned ? j : i] = Math.abs(correlations[j][i]);
      }
    }
    int[] found = Assignment.maximize(value);
    if (!turned) {
      return found;
    }
    int[] match = new int[e];
    Arrays.fill(match, -1);
    for (int i = 0; i < d; i++) {
      match[found[i]] = i;
    }
    return match;
  }

  /**
   * Contributions of latents to others.
   *
   * @param of ranks of the latents that contribute, shape {@code [d][n]}
   * @param correlations of the others with them, shape {@code [e][d]}
   * @return shape {@code [e][d]}, at least 0
   */
  private static double[][] contributions(double[][] of, double[][] correlations) {
    int d = of.length;
    double[][] matrix = correlations(of, of);
    for (int i = 0; i < d; i++) {
      matrix[i][i] = 1; // also for a latent that does not vary
    }
    Cholesky factor = Cholesky.of(matrix, RIDGE);
    double[][] out = new double[correlations.length][];
    for (int j = 0; j < out.length; j++) {
      double[] row = factor.solve(correlations[j]);
      for (int i = 0; i < d; i++) {
        row[i] = Math.abs(row[i]);
      }
      out[j] = row;
    }
    return out;
  }

  private static double margin(double[] contributions, int match) {
    double next = 0;
    for (int i = 0; i < contributions.length; i++) {
      next = i == match ? next : Math.max(next, contributions[i]);
    }
    double own = contributions[match];
    return own > 0 ? 1 - next / own : 0;
  }
}
