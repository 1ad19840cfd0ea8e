package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Searches the graph of an additive noise model: the directed acyclic graph that minimises {@code
 * sum_i H(z_i - f_i(parents of i)) + penalty * edges}, with {@code H} the entropy of held-out
 * residuals (m-spacing, nats) and {@code f_i} a ridge regression on random Fourier features. Where
 * the model holds, the sum of entropies is smallest when residuals are independent of causes and of
 * one another, hence for the true direction of every edge.
 *
 * <p>Up to {@link #MAX_EXACT} latents the search is exact over all graphs; up to {@link
 * #MAX_LATENTS} it is exact over the graphs in which no latent has more parents than {@link
 * DagSearchSettings#maxParentsOfLargeGraphs}. Both go by dynamic programming over subsets (Silander
 * and Myllymäki, UAI 2006).
 *
 * <p>What it cannot tell: directions where mechanisms are linear and noise is Gaussian, latents
 * with hidden common causes, and noise that is not additive.
 */
public final class DagSearch {
  /** Most latents for which all graphs are considered. */
  public static final int MAX_EXACT = 6;

  /** Most latents that are accepted. */
  public static final int MAX_LATENTS = 12;

  /** Fewest rows that are accepted. */
  public static final int MIN_ROWS = 100;

  private final int d;
  private final double[][] z;
  private final DagSearchSettings settings;
  private final int[] parentSets;

  private DagSearch(double[][] z, DagSearchSettings settings) {
    this.d = z[0].length;
    this.z = z;
    this.settings = settings;
    int most = d <= MAX_EXACT ? d - 1 : Math.min(d - 1, settings.maxParentsOfLargeGraphs());
    int full = 1 << d;
    int[] sets = new int[full];
    int count = 0;
    for (int set = 1; set < full; set++) {
      if (Integer.bitCount(set) <= most) {
        sets[count++] = set;
      }
    }
    this.parentSets = Arrays.copyOf(sets, count);
  }

  /**
   * Finds the best graph. For 4 latents and 5,000 rows this takes a few seconds on one core, for 6
   * about five times as long; time grows with {@code rows * features^2 * parent sets}.
   *
   * @param z latents of nominal frames, shape {@code [n][d]}, {@code n >= 100}, any units; more
   *     than {@link DagSearchSettings#maxRows} rows are thinned evenly
   * @param names one a latent
   * @return the graph; the confidence of an edge is the share of half-samples (drawn without
   *     replacement, which has the variance of the bootstrap) whose best graph has that edge
   * @throws IllegalArgumentException if there are too few rows, too many latents, a value that is
   *     not finite or a latent that does not vary
   */
  public static CausalGraph search(double[][] z, List<String> names, DagSearchSettings settings) {
    int d = names.size();
    if (d < 1 || d > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "graph search takes 1 to %d latents but got %d; give the graph instead"
              .formatted(MAX_LATENTS, d));
    }
    double[][] rows = standardized(thinned(z, settings.maxRows()), names);
    if (d == 1) {
      return CausalGraph.empty(names);
    }
    DagSearch search = new DagSearch(rows, settings);
    int n = rows.length;
    int[] all = new int[n];
    for (int i = 0; i < n; i++) {
      all[i] = i;
    }
    // One pass over the parent sets serves the full sample and every half-sample, so that each
    // feature matrix is made once and only one is in memory.
    int samples = 1 + settings.resamples();
    int[][] rowsOf = new int[samples][];
    rowsOf[0] = all;
    SplittableRandom random = new SplittableRandom(settings.seed());
    for (int s = 1; s < samples; s++) {
      rowsOf[s] = halfOf(n, random);
    }
    double[][][] scores = search.scores(rowsOf);
    boolean[][] edges = search.best(scores[0]);
    double[][] confidence = new double[d][d];
    for (int s = 1; s < samples; s++) {
      boolean[][] other = search.best(scores[s]);
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          confidence[i][j] += other[i][j] ? 1.0 / (samples - 1) : 0;
        }
      }
    }
    if (samples == 1) {
      return CausalGraph.of(names, edges);
    }
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        confidence[i][j] = Math.min(1, confidence[i][j]);
      }
    }
    return new CausalGraph(names, edges, confidence);
  }

  /** Half of the rows, drawn without replacement, in ascending order. */
  private static int[] halfOf(int n, SplittableRandom random) {
    int[] all = new int[n];
    for (int i = 0; i < n; i++) {
      all[i] = i;
    }
    int half = n / 2;
    for (int i = 0; i < half; i++) {
      int j = i + random.nextInt(n - i);
      int swap = all[i];
      all[i] = all[j];
      all[j] = swap;
    }
    int[] chosen = Arrays.copyOf(all, half);
    Arrays.sort(chosen);
    return chosen;
  }

  /** Local scores, shape {@code [sample][latent][parent set]}; infinite where not allowed. */
  private double[][][] scores(int[][] rowsOf) {
    int full = 1 << d;
    double[][][] score = new double[rowsOf.length][d][full];
    for (int s = 0; s < rowsOf.length; s++) {
      for (int i = 0; i < d; i++) {
        Arrays.fill(score[s][i], Double.POSITIVE_INFINITY);
        score[s][i][0] = rootEntropy(i, rowsOf[s]);
      }
    }
    Random random = new Random(settings.seed());
    for (int set : parentSets) {
      double[][] phi = fourier(set, random.nextLong());
      for (int s = 0; s < rowsOf.length; s++) {
        double[] entropy = heldOutEntropies(phi, set, rowsOf[s]);
        for (int i = 0; i < d; i++) {
          if ((set >> i & 1) == 0) {
            score[s][i][set] = entropy[i] + settings.edgePenalty() * Integer.bitCount(set);
          }
        }
      }
    }
    return score;
  }

  private double rootEntropy(int latent, int[] rows) {
    double sum = 0;
    for (int fold = 0; fold < 2; fold++) {
      int[] test = fold(rows, fold);
      double[] values = new double[test.length];
      for (int i = 0; i < test.length; i++) {
        values[i] = z[test[i]][latent];
      }
      sum += Entropy.mSpacing(values);
    }
    return sum / 2;
  }

  /** Mean over two folds of the entropy of residuals, for every latent outside the set. */
  private double[] heldOutEntropies(double[][] phi, int set, int[] rows) {
    double[] sum = new double[d];
    for (int fold = 0; fold < 2; fold++) {
      int[] train = fold(rows, 1 - fold);
      int[] test = fold(rows, fold);
      RidgeFit fit = RidgeFit.accumulate(phi, z, train);
      Cholesky factor = fit.factor(settings.ridge() * train.length);
      for (int i = 0; i < d; i++) {
        if ((set >> i & 1) == 1) {
          continue;
        }
        double[] weights = fit.weights(factor, i);
        double intercept = fit.intercept(weights, i);
        double[] residuals = new double[test.length];
        for (int t = 0; t < test.length; t++) {
          double predicted = intercept;
          double[] row = phi[test[t]];
          for (int a = 0; a < weights.length; a++) {
            predicted += weights[a] * row[a];
          }
          residuals[t] = z[test[t]][i] - predicted;
        }
        sum[i] += Entropy.mSpacing(residuals) / 2;
      }
    }
    return sum;
  }

  /** Alternate rows, so that a slow trend is in both folds. */
  private static int[] fold(int[] rows, int fold) {
    int[] part = new int[(rows.length + 1 - fold) / 2];
    for (int i = 0; i < part.length; i++) {
      part[i] = rows[2 * i + fold];
    }
    return part;
  }

  /** Random Fourier features of the latents in a set, norm about 1, shape {@code [n][features]}. */
  private double[][] fourier(int set, long seed) {
    Random random = new Random(seed);
    int m = settings.features();
    int k = Integer.bitCount(set);
    int[] members = new int[k];
    for (int i = 0, at = 0; i < d; i++) {
      if ((set >> i & 1) == 1) {
        members[at++] = i;
      }
    }
    // Standardised coordinates are on average sqrt(2k) apart; the width follows that distance.
    double width = Math.sqrt(2.0 * k) / 1.5;
    double[][] frequency = new double[m][k];
    double[] phase = new double[m];
    for (int a = 0; a < m; a++) {
      for (int b = 0; b < k; b++) {
        frequency[a][b] = random.nextGaussian() / width;
      }
      phase[a] = 2 * Math.PI * random.nextDouble();
    }
    double scale = Math.sqrt(2.0 / m);
    double[][] phi = new double[z.length][m];
    for (int r = 0; r < z.length; r++) {
      for (int a = 0; a < m; a++) {
        double angle = phase[a];
        for (int b = 0; b < k; b++) {
          angle += frequency[a][b] * z[r][members[b]];
        }
        phi[r][a] = scale * Math.cos(angle);
      }
    }
    return phi;
  }

  /** The graph with the smallest sum of local scores. O(d 3^d) time in the worst case. */
  private boolean[][] best(double[][] score) {
    int full = 1 << d;
    // Best allowed parent set of a latent within each set of candidates.
    int[][] parents = new int[d][full];
    double[][] local = new double[d][full];
    for (int i = 0; i < d; i++) {
      for (int set = 0; set < full; set++) {
        if ((set >> i & 1) == 1) {
          continue;
        }
        double value = score[i][set];
        int choice = set;
        for (int left = set; left != 0; left &= left - 1) {
          int smaller = set & ~Integer.lowestOneBit(left);
          if (local[i][smaller] <= value) {
            value = local[i][smaller];
            choice = parents[i][smaller];
          }
        }
        local[i][set] = value;
        parents[i][set] = choice;
      }
    }
    double[] total = new double[full];
    int[] sink = new int[full];
    for (int set = 1; set < full; set++) {
      total[set] = Double.POSITIVE_INFINITY;
      for (int i = 0; i < d; i++) {
        if ((set >> i & 1) == 1) {
          int rest = set & ~(1 << i);
          double value = total[rest] + local[i][rest];
          if (value < total[set]) {
            total[set] = value;
            sink[set] = i;
          }
        }
      }
    }
    boolean[][] edges = new boolean[d][d];
    for (int set = full - 1; set != 0; set &= ~(1 << sink[set])) {
      int i = sink[set];
      int chosen = parents[i][set & ~(1 << i)];
      for (int j = 0; j < d; j++) {
        edges[j][i] = (chosen >> j & 1) == 1;
      }
    }
    return edges;
  }

  private static double[][] thinned(double[][] z, int most) {
    if (z.length < MIN_ROWS) {
      throw new IllegalArgumentException(
          "graph search needs at least %d rows but got %d".formatted(MIN_ROWS, z.length));
    }
    if (z.length <= most) {
      return z;
    }
    double[][] kept = new double[most][];
    for (int i = 0; i < most; i++) {
      kept[i] = z[(int) ((long) i * z.length / most)];
    }
    return kept;
  }

  private static double[][] standardized(double[][] z, List<String> names) {
    int n = z.length;
    int d = names.size();
    double[][] out = new double[n][d];
    for (int j = 0; j < d; j++) {
      double mean = 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        if (z[i].length != d) {
          throw new IllegalArgumentException(
              "row %d has %d latents, expected %d".formatted(i, z[i].length, d));
        }
        double value = z[i][j];
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "latent %s of row %d is %s, expected a finite number"
                  .formatted(names.get(j), i, value));
        }
        double delta = value - mean;
        mean += delta / (i + 1);
        squares += delta * (value - mean);
      }
      double sd = Math.sqrt(squares / n);
      if (!(sd > 1e-9)) {
        throw new IllegalArgumentException(
            "latent %s does not vary (standard deviation %s): it has no place in a graph"
                .formatted(names.get(j), sd));
      }
      for (int i = 0; i < n; i++) {
        out[i][j] = (z[i][j] - mean) / sd;
      }
    }
    return out;
  }
}
