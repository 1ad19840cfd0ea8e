package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Increasing piecewise linear maps of latents, under which noise is additive. Held pairs and
 * answers fix a latent only up to an increasing function of its factor; a structural equation with
 * additive noise then exists for one such function at most (post-nonlinear model of Zhang and
 * Hyvärinen, On the Identifiability of the Post-Nonlinear Causal Model, UAI 2009). Immutable.
 */
public final class LatentLinearization {
  private static final int SEGMENTS = 6;
  private static final int FEATURES = 120;
  private static final double RIDGE = 1e-4;
  private static final int MAX_ROWS = 4_000;

  /** Nats per frame by which a map must raise the likelihood of rows it was not fitted to. */
  private static final double MIN_GAIN = 0.01;

  /** Nats that a slope of twice its neighbour's costs, so that few rows bend nothing. */
  private static final double ROUGHNESS = 0.01;

  private static final double LARGEST_LOG_SLOPE = Math.log(8);

  private final List<Optional<MonotoneMap>> maps;

  /**
   * @param maps one per latent, empty for a latent that keeps its scale
   */
  public LatentLinearization(List<Optional<MonotoneMap>> maps) {
    this.maps = List.copyOf(maps);
  }

  /** No change of {@code d} latents. */
  public static LatentLinearization none(int d) {
    return new LatentLinearization(Collections.nCopies(d, Optional.empty()));
  }

  /** Number of latents. */
  public int latents() {
    return maps.size();
  }

  /** The map of a latent; empty if it keeps its scale. */
  public Optional<MonotoneMap> map(int latent) {
    return maps.get(latent);
  }

  /** Returns true if no latent is mapped. */
  public boolean isNone() {
    return maps.stream().allMatch(Optional::isEmpty);
  }

  /** Mapped latents, a copy. */
  double[] apply(double[] z) {
    double[] mapped = z.clone();
    for (int i = 0; i < maps.size(); i++) {
      int latent = i;
      maps.get(i).ifPresent(map -> mapped[latent] = map.apply(z[latent]));
    }
    return mapped;
  }

  /**
   * Finds the map of each latent that maximises the likelihood of its equation: it minimises {@code
   * H(g(z_i) - f_i(parents)) - mean log g'(z_i)}, with {@code H} the entropy of held-out residuals,
   * over maps {@code g} of {@value #SEGMENTS} segments with equally many rows. A latent keeps its
   * scale if that gains less than 0.01 nats per row on rows that the map was not fitted to. Roots
   * have no equation, and keep theirs.
   *
   * @param z latents, shape {@code [n][nodes]}, with mean 0 and variance 1
   * @param holds whether the mechanism of a node held in a row, shape {@code [n][nodes]}
   * @param graph over the nodes
   * @param free which latents may be mapped, shape {@code [d]}, {@code d <= nodes}
   * @param seed of the random features of {@code f}
   */
  static LatentLinearization of(
      double[][] z, boolean[][] holds, CausalGraph graph, boolean[] free, long seed) {
    List<Optional<MonotoneMap>> maps = new ArrayList<>();
    for (int i = 0; i < free.length; i++) {
      int[] parents = graph.parents(i);
      int[] rows = free[i] && parents.length > 0 ? rows(holds, i) : new int[0];
      maps.add(
          rows.length < ExactDagSearch.MIN_ROWS
              ? Optional.empty()
              : new Bend(z, rows, i, parents, seed + i).best());
    }
    return new LatentLinearization(maps);
  }

  /** Rows in which a mechanism held, thinned evenly. */
  private static int[] rows(boolean[][] holds, int latent) {
    int[] all = IntStream.range(0, holds.length).filter(r -> holds[r][latent]).toArray();
    int[] rows = new int[Math.min(all.length, MAX_ROWS)];
    Arrays.setAll(rows, r -> all[(int) ((long) r * all.length / rows.length)]);
    return rows;
  }

  /** The fit of one latent's map. */
  private static final class Bend {
    private final double[] knots;
    private final double[] x;

    /** Part of {@code x} in each segment, less the prediction of the parents; {@code [n][K]}. */
    private final double[][] unexplained;

    Bend(double[][] z, int[] rows, int latent, int[] parents, long seed) {
      int n = rows.length;
      this.x = new double[n];
      Arrays.setAll(x, r -> z[rows[r]][latent]);
      double[] sorted = x.clone();
      Arrays.sort(sorted);
      this.knots = new double[SEGMENTS - 1];
      Arrays.setAll(knots, k -> sorted[(int) ((long) (k + 1) * n / SEGMENTS)]);
      double[][] parts = new double[n][SEGMENTS];
      for (int r = 0; r < n; r++) {
        for (int k = 0; k < SEGMENTS; k++) {
          parts[r][k] = part(x[r], k);
        }
      }
      double[][] own = Arrays.stream(rows).mapToObj(r -> z[r]).toArray(double[][]::new);
      double[][] phi = FourierFeatures.of(own, parents, FEATURES, seed);
      this.unexplained = new double[n][SEGMENTS];
      for (int fold = 0; fold < 2; fold++) {
        int[] train = fold(n, 1 - fold);
        RidgeFit fit = RidgeFit.accumulate(phi, parts, train);
        Cholesky factor = fit.factor(RIDGE * train.length);
        for (int k = 0; k < SEGMENTS; k++) {
          double[] weights = fit.weights(factor, k);
          double intercept = fit.intercept(weights, k);
          for (int r : fold(n, fold)) {
            unexplained[r][k] = parts[r][k] - RidgeFit.predict(weights, intercept, phi[r]);
          }
        }
      }
    }

    /** Part of a value within a segment; the parts sum to the value less the first knot. */
    private double part(double value, int k) {
      double from = k == 0 ? Double.NEGATIVE_INFINITY : knots[k - 1];
      double to = k == SEGMENTS - 1 ? Double.POSITIVE_INFINITY : knots[k];
      if (k == 0) {
        return Math.min(0, value - to);
      }
      return Math.max(0, Math.min(value, to) - from);
    }

    private static int[] fold(int n, int fold) {
      int[] rows = new int[(n + 1 - fold) / 2];
      Arrays.setAll(rows, i -> 2 * i + fold);
      return rows;
    }

    /** The map; empty if none is clearly better than a straight one. */
    Optional<MonotoneMap> best() {
      double[] straight = new double[SEGMENTS];
      double gain = 0;
      for (int fold = 0; fold < 2; fold++) {
        double[] logs = search(fold(x.length, fold));
        int[] others = fold(x.length, 1 - fold);
        gain += (loss(straight, others) - loss(logs, others)) / 2;
      }
      if (gain < MIN_GAIN) {
        return Optional.empty();
      }
      int[] all = new int[x.length];
      Arrays.setAll(all, r -> r);
      return Optional.of(map(Arrays.stream(search(all)).map(Math::exp).toArray()));
    }

    /** Logarithms of slopes with a small loss, by a search along coordinates. */
    private double[] search(int[] rows) {
      double[] logs = new double[SEGMENTS];
      double least = penalized(logs, rows);
      for (double step = 0.4; step > 0.02; step /= 2) {
        boolean better = true;
        for (int round = 0; better && round < 10; round++) {
          better = false;
          for (int k = 0; k < SEGMENTS; k++) {
            for (int sign = -1; sign <= 1; sign += 2) {
              double before = logs[k];
              logs[k] = before + sign * step;
              double loss =
                  Math.abs(logs[k]) > LARGEST_LOG_SLOPE
                      ? Double.POSITIVE_INFINITY
                      : penalized(logs, rows);
              if (loss < least - 1e-6) {
                least = loss;
                better = true;
              } else {
                logs[k] = before;
              }
            }
          }
        }
      }
      return logs;
    }

    private double penalized(double[] logs, int[] rows) {
      double rough = 0;
      for (int k = 1; k < SEGMENTS; k++) {
        double doublings = (logs[k] - logs[k - 1]) / Math.log(2);
        rough += ROUGHNESS * doublings * doublings;
      }
      return loss(logs, rows) + rough;
    }

    private double loss(double[] logs, int[] rows) {
      double[] slopes = Arrays.stream(logs).map(Math::exp).toArray();
      double[] residuals = new double[rows.length];
      double stretch = 0;
      for (int r = 0; r < rows.length; r++) {
        for (int k = 0; k < SEGMENTS; k++) {
          residuals[r] += slopes[k] * unexplained[rows[r]][k];
        }
        stretch += logs[segment(x[rows[r]])] / rows.length;
      }
      return Entropy.mSpacing(residuals) - stretch;
    }

    private int segment(double value) {
      int k = 0;
      while (k < knots.length && value > knots[k]) {
        k++;
      }
      return k;
    }

    /** The map with these slopes, under which the rows have mean 0 and variance 1. */
    private MonotoneMap map(double[] slopes) {
      double mean = 0;
      double squares = 0;
      for (int r = 0; r < x.length; r++) {
        double value = 0;
        for (int k = 0; k < SEGMENTS; k++) {
          value += slopes[k] * part(x[r], k);
        }
        double before = value - mean;
        mean += before / (r + 1);
        squares += before * (value - mean);
      }
      double sd = Math.sqrt(squares / x.length);
      // a further point beyond either end
      double[] points = new double[SEGMENTS + 1];
      System.arraycopy(knots, 0, points, 1, knots.length);
      points[0] = knots[0] - 1;
      points[SEGMENTS] = knots[SEGMENTS - 2] + 1;
      double[] mapped = new double[SEGMENTS + 1];
      mapped[0] = (-slopes[0] - mean) / sd;
      for (int k = 0; k < SEGMENTS; k++) {
        mapped[k + 1] = mapped[k] + slopes[k] * (points[k + 1] - points[k]) / sd;
      }
      return new MonotoneMap(points, mapped);
    }
  }
}
