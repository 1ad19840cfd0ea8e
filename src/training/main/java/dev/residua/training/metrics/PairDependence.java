package dev.residua.training.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Test of the dependence of each pair of columns by distance correlation, on rows in time order.
 *
 * @param pairs every pair, {@code a < b}, by {@code a}, then by {@code b}
 */
public record PairDependence(List<Pair> pairs) {
  /** Largest p-value that counts as dependence. */
  public static final double LEVEL = 0.01;

  public PairDependence {
    pairs = List.copyOf(pairs);
  }

  /**
   * One pair.
   *
   * @param a first column
   * @param b second column
   * @param distanceCorrelation in [0, 1]; above 0 by chance
   * @param pValue chance that independent columns have any pair with such a distance correlation,
   *     in (0, 1]
   */
  public record Pair(int a, int b, double distanceCorrelation, double pValue) {
    /**
     * Returns true if the pair depends: with independent columns, 1 test in 100 has such a pair.
     */
    public boolean depends() {
      return pValue <= LEVEL;
    }
  }

  /**
   * The same without pairs of two columns that may depend on one another.
   *
   * @param dependent shape {@code [d]}
   */
  public PairDependence without(boolean[] dependent) {
    return new PairDependence(
        pairs.stream().filter(pair -> !(dependent[pair.a()] && dependent[pair.b()])).toList());
  }

  /** Largest distance correlation of any pair; 0 without pairs. */
  public double largest() {
    return pairs.stream().mapToDouble(Pair::distanceCorrelation).max().orElse(0);
  }

  /** Pairs that depend, the surest first. */
  public List<Pair> dependent() {
    return pairs.stream()
        .filter(Pair::depends)
        .sorted((p, q) -> Double.compare(q.distanceCorrelation(), p.distanceCorrelation()))
        .toList();
  }

  /**
   * Tests all pairs. The null distribution shifts each column by a random number of rows, around
   * the end, and takes the largest distance correlation of all pairs. So p-values account for the
   * number of pairs, and for the dependence of successive rows if columns are stationary. O(shifts
   * n^2 d^2): half a second for 800 rows, 4 columns and 499 shifts on two cores.
   *
   * <p>Source: Westfall and Young, Resampling-Based Multiple Testing (1993), single-step maxT.
   *
   * @param rows shape {@code [n][d]}, {@code n >= 20}
   * @param maxRows rows used; more are thinned evenly
   * @param shifts at least 1; the smallest p-value is {@code 1 / (shifts + 1)}
   */
  public static PairDependence of(double[][] rows, int maxRows, int shifts, long seed) {
    if (rows.length < 20) {
      throw new IllegalArgumentException(
          "a test of dependence needs at least 20 rows but got " + rows.length);
    }
    Columns.checkFinite("a test of dependence", rows);
    double[][] used = Columns.thinned(rows, maxRows);
    int n = used.length;
    int d = used[0].length;
    float[][][] centred = new float[d][][];
    Arrays.setAll(centred, k -> normalized(Columns.of(used, k)));
    SplittableRandom random = new SplittableRandom(seed);
    int[][] offsets = new int[shifts][];
    Arrays.setAll(offsets, s -> offsets(n, d, random));
    double[] largest =
        Arrays.stream(offsets)
            .parallel()
            .mapToDouble(
                shift -> {
                  double most = 0;
                  for (int a = 0; a < d; a++) {
                    for (int b = a + 1; b < d; b++) {
                      most = Math.max(most, product(centred[a], centred[b], shift[b] - shift[a]));
                    }
                  }
                  return most;
                })
            .toArray();
    List<Pair> pairs = new ArrayList<>();
    for (int a = 0; a < d; a++) {
      for (int b = a + 1; b < d; b++) {
        double square = product(centred[a], centred[b], 0);
        long reached = IntStream.range(0, shifts).filter(s -> largest[s] >= square).count();
        pairs.add(new Pair(a, b, Math.sqrt(Math.max(0, square)), (reached + 1.0) / (shifts + 1.0)));
      }
    }
    return new PairDependence(pairs);
  }

  /**
   * Random shifts of columns, any two at least {@code n / (4 d)} rows apart, also around the end:
   * shorter ones would keep the dependence of slow columns.
   */
  private static int[] offsets(int n, int d, SplittableRandom random) {
    int least = n / (4 * d);
    int[] sorted = random.ints(d, 0, n - d * least).sorted().toArray();
    int[] column = Columns.permutation(d, random);
    int[] offsets = new int[d];
    for (int k = 0; k < d; k++) {
      offsets[column[k]] = sorted[k] + k * least;
    }
    return offsets;
  }

  /** Doubly centred distances divided by their norm; zeros for a column that does not vary. */
  private static float[][] normalized(double[] x) {
    int n = x.length;
    double[] means = ResidualIndependence.meanDistances(x);
    double all = Arrays.stream(means).average().orElse(0);
    double squares = 0;
    double[][] centred = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double cell = Math.abs(x[i] - x[j]) - means[i] - means[j] + all;
        centred[i][j] = cell;
        squares += cell * cell;
      }
    }
    double norm = Math.sqrt(squares);
    float[][] out = new float[n][n];
    for (int i = 0; i < n && norm > 0; i++) {
      for (int j = 0; j < n; j++) {
        out[i][j] = (float) (centred[i][j] / norm);
      }
    }
    return out;
  }

  /** Squared distance correlation of one column with another, shifted by some rows. */
  private static double product(float[][] x, float[][] y, int shift) {
    int n = x.length;
    int offset = Math.floorMod(shift, n);
    double sum = 0;
    for (int i = 0; i < n; i++) {
      float[] rowX = x[i];
      float[] rowY = y[(i + offset) % n];
      // Below the diagonal, in contiguous parts, as columns shift with the rows.
      int before = Math.min(i, n - offset);
      sum += 2 * dot(rowX, 0, rowY, offset, before);
      sum += 2 * dot(rowX, before, rowY, 0, i - before);
      sum += rowX[i] * rowY[(i + offset) % n];
    }
    return sum;
  }

  /** Dot product in four sums, which the compiler vectorises. */
  private static double dot(float[] x, int atX, float[] y, int atY, int length) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i + 3 < length; i += 4) {
      s0 += x[atX + i] * y[atY + i];
      s1 += x[atX + i + 1] * y[atY + i + 1];
      s2 += x[atX + i + 2] * y[atY + i + 2];
      s3 += x[atX + i + 3] * y[atY + i + 3];
    }
    for (; i < length; i++) {
      s0 += x[atX + i] * y[atY + i];
    }
    return (double) (s0 + s1) + (s2 + s3);
  }
}
