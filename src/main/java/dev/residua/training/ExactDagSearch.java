package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * Searches the graph of an additive noise model: the directed acyclic graph that minimises {@code
 * sum_i H(z_i - f_i(parents of i)) + penalty * edges}, with {@code H} the entropy of held-out
 * residuals (m-spacing, nats) and {@code f_i} a ridge regression on random Fourier features. If the
 * model holds, the sum of entropies is smallest when residuals are independent of causes and of one
 * another, hence for the true direction of every edge.
 *
 * <p>Up to {@link #MAX_EXACT} latents the search is exact over all graphs; up to {@link
 * #MAX_LATENTS} it is exact over the graphs in which no latent has more parents than {@link
 * ExactDagSearchSettings#maxParentsOfLargeGraphs}. Both use dynamic programming over subsets
 * (Silander and Myllymäki, UAI 2006).
 *
 * <p>It cannot identify directions if mechanisms are linear and noise is Gaussian, latents have
 * hidden common causes, or noise is not additive.
 */
public final class ExactDagSearch {
  /** Most latents for which all graphs are considered. */
  public static final int MAX_EXACT = 6;

  /** Most latents that are accepted. */
  public static final int MAX_LATENTS = 12;

  /** Fewest rows that are accepted. */
  public static final int MIN_ROWS = 100;

  private final int d;
  private final double[][] z;
  private final ExactDagSearchSettings settings;
  private final GraphConstraints known;
  private final int[] later;
  private final int[] group;
  private final boolean[][] holdsInGroup;

  private ExactDagSearch(
      double[][] z, boolean[][] holds, GraphConstraints known, ExactDagSearchSettings settings) {
    this.d = z[0].length;
    this.z = z;
    this.settings = settings;
    this.known = known;
    this.later = new int[d];
    this.group = new int[d];
    // Latents whose equations hold in the same rows share their regressions.
    List<boolean[]> distinct = new ArrayList<>();
    for (int i = 0; i < d; i++) {
      later[i] = known.later(i);
      boolean[] column = new boolean[z.length];
      int rows = 0;
      for (int r = 0; r < z.length; r++) {
        column[r] = holds[r][i];
        rows += column[r] ? 1 : 0;
      }
      if (rows < MIN_ROWS) {
        throw new IllegalArgumentException(
            "the mechanism of %s holds in %d of the %d rows in use, needed are %d"
                .formatted(known.names().get(i), rows, z.length, MIN_ROWS));
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

  /** Whether the constraints and the limit of parents allow exactly these parents. */
  private boolean allowed(int latent, int set) {
    int required = known.requiredParents(latent);
    int most =
        d <= MAX_EXACT
            ? d - 1
            : Math.max(Integer.bitCount(required), settings.maxParentsOfLargeGraphs());
    return (set >> latent & 1) == 0
        && (set & required) == required
        && (set & known.forbiddenParents(latent)) == 0
        && Integer.bitCount(set) <= most;
  }

  /**
   * Finds the best graph. For 4 latents and 5,000 rows this takes a few seconds on one core, for 6
   * about five times as long; time grows with {@code rows * features^2 * parent sets}.
   *
   * @param z latents of nominal frames, shape {@code [n][d]}, {@code n >= 100}, any units; more
   *     than {@link ExactDagSearchSettings#maxRows} rows are thinned evenly
   * @param names one per latent
   * @return the graph; the confidence of an edge is the share of half-samples (drawn without
   *     replacement, which has the variance of the bootstrap) whose best graph has that edge
   * @throws IllegalArgumentException if there are too few rows, too many latents, a value that is
   *     not finite or a latent that does not vary
   */
  public static CausalGraph search(
      double[][] z, List<String> names, ExactDagSearchSettings settings) {
    boolean[][] holds = new boolean[z.length][names.size()];
    for (boolean[] row : holds) {
      Arrays.fill(row, true);
    }
    return search(z, holds, GraphConstraints.none(names), settings);
  }

  /**
   * Finds the best graph that agrees with the constraints, from rows of which some were recorded
   * with a mechanism broken on purpose. A row counts for the equation of a latent only if that
   * latent's mechanism held: the score becomes {@code sum_i n_i / n (H_i + penalty * parents of i)}
   * with {@code n_i} the rows in which {@code i} held. Rows with an intervention on a cause show
   * its effects more clearly if they are marked, and mislead if they are not. Each latent with its
   * own set of rows costs as much as a separate search.
   *
   * @param holds whether the mechanism of a latent held in a row, shape {@code [n][d]}; for each
   *     latent in at least 100 of the rows used
   * @param known constraints that the graph satisfies; beyond {@link #MAX_EXACT} latents, required
   *     parents may exceed the limit of parents
   */
  public static CausalGraph search(
      double[][] z, boolean[][] holds, GraphConstraints known, ExactDagSearchSettings settings) {
    List<String> names = known.names();
    int d = names.size();
    if (d < 1 || d > MAX_LATENTS) {
      throw new IllegalArgumentException(
          "graph search takes 1 to %d latents but got %d; give the graph instead"
              .formatted(MAX_LATENTS, d));
    }
    if (holds.length != z.length) {
      throw new IllegalArgumentException(
          "graph search has %d rows of latents but %d of held mechanisms"
              .formatted(z.length, holds.length));
    }
    int[] kept = thinned(z.length, settings.maxRows());
    double[][] rows = standardized(Arrays.stream(kept).mapToObj(r -> z[r]).toList(), names);
    if (d == 1) {
      return CausalGraph.empty(names);
    }
    boolean[][] held = Arrays.stream(kept).mapToObj(r -> holds[r]).toArray(boolean[][]::new);
    ExactDagSearch search = new ExactDagSearch(rows, held, known, settings);
    int n = rows.length;
    int[] all = new int[n];
    for (int i = 0; i < n; i++) {
      all[i] = i;
    }
    // One pass over the parent sets for the full sample and every half-sample makes each feature
    // matrix once, with only one in memory.
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
    int samples = rowsOf.length;
    int[][][] held = new int[samples][holdsInGroup.length][];
    double[][][] score = new double[samples][d][full];
    for (int s = 0; s < samples; s++) {
      for (int g = 0; g < holdsInGroup.length; g++) {
        boolean[] holds = holdsInGroup[g];
        held[s][g] = Arrays.stream(rowsOf[s]).filter(row -> holds[row]).toArray();
      }
      for (int i = 0; i < d; i++) {
        Arrays.fill(score[s][i], Double.POSITIVE_INFINITY);
        if (allowed(i, 0)) {
          int[] rows = held[s][group[i]];
          score[s][i][0] = rootEntropy(i, rows) * rows.length / rowsOf[s].length;
        }
      }
    }
    Random random = new Random(settings.seed());
    for (int set = 1; set < full; set++) {
      long seed = random.nextLong();
      boolean[][] wanted = new boolean[holdsInGroup.length][d];
      boolean any = false;
      for (int i = 0; i < d; i++) {
        wanted[group[i]][i] = allowed(i, set);
        any |= wanted[group[i]][i];
      }
      if (!any) {
        continue;
      }
      double[][] phi = fourier(set, seed);
      double penalty = settings.edgePenalty() * Integer.bitCount(set);
      for (int s = 0; s < samples; s++) {
        for (int g = 0; g < wanted.length; g++) {
          double[] entropy = heldOutEntropies(phi, wanted[g], held[s][g]);
          double weight = (double) held[s][g].length / rowsOf[s].length;
          for (int i = 0; i < d; i++) {
            if (wanted[g][i]) {
              score[s][i][set] = weight * (entropy[i] + penalty);
            }
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

  /** Mean over two folds of the entropy of residuals, for the wanted latents. */
  private double[] heldOutEntropies(double[][] phi, boolean[] wanted, int[] rows) {
    double[] sum = new double[d];
    boolean any = false;
    for (boolean one : wanted) {
      any |= one;
    }
    if (!any) {
      return sum;
    }
    for (int fold = 0; fold < 2; fold++) {
      int[] train = fold(rows, 1 - fold);
      int[] test = fold(rows, fold);
      RidgeFit fit = RidgeFit.accumulate(phi, z, train);
      Cholesky factor = fit.factor(settings.ridge() * train.length);
      for (int i = 0; i < d; i++) {
        if (!wanted[i]) {
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
        int rest = set & ~(1 << i);
        if ((set >> i & 1) == 1 && (rest & later[i]) == 0) {
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

  /** Indices of at most {@code most} of {@code n} rows, spread evenly. */
  private static int[] thinned(int n, int most) {
    if (n < MIN_ROWS) {
      throw new IllegalArgumentException(
          "graph search needs at least %d rows but got %d".formatted(MIN_ROWS, n));
    }
    int[] kept = new int[Math.min(n, most)];
    for (int i = 0; i < kept.length; i++) {
      kept[i] = (int) ((long) i * n / kept.length);
    }
    return kept;
  }

  private static double[][] standardized(List<double[]> z, List<String> names) {
    int n = z.size();
    int d = names.size();
    double[][] out = new double[n][d];
    for (int j = 0; j < d; j++) {
      double mean = 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        if (z.get(i).length != d) {
          throw new IllegalArgumentException(
              "row %d has %d latents, expected %d".formatted(i, z.get(i).length, d));
        }
        double value = z.get(i)[j];
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
        out[i][j] = (z.get(i)[j] - mean) / sd;
      }
    }
    return out;
  }
}
