package dev.residua.drift;

import dev.residua.causal.Normal;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Generator of quiet streams that follow the distribution of a reference: a sieve bootstrap,
 * smoothed.
 *
 * <ol>
 *   <li>A vector autoregression {@code z_t = sum_i A_i z_(t-i) + e_t} is fitted to the standardised
 *       reference by least squares; its order, 0 included, and whether each latent follows only
 *       itself or all latents, minimise Bayes' information criterion (Buehlmann 1997 for the
 *       sieve).
 *   <li>Whole rows of {@code e} are drawn from a bootstrap replicate, one by one, or in blocks if
 *       they or their squares are still autocorrelated.
 *   <li>A drawn row is moved a little: its normal scores {@code g} become {@code (g + h u) / sqrt(1
 *       + h^2)} with {@code u} normal with the correlations of {@code g}. Every latent keeps its
 *       distribution; beyond the data it follows a generalised Pareto tail. Without this no value
 *       beyond the reference's largest would occur, and run lengths beyond {@code n} would be
 *       promised at thresholds that real streams pass sooner. Dependence in the squares of
 *       different latents shrinks by {@code 1 / (1 + h^2)^2}.
 * </ol>
 *
 * Immutable; a {@link Stream} is for one thread.
 */
public final class NullStreams {
  /**
   * Width of the smoothing in normal scores: 0.2 up to 4 latents, 0.5 from 16 on. Points lie far
   * apart in many dimensions; drawn twice without enough noise, one counts in the kernel charts as
   * a coincidence that real streams do not have.
   */
  private static double smoothing(int latents) {
    return Math.max(0.2, Math.min(0.5, 0.1 + 0.025 * latents));
  }

  private static final int MAX_ORDER = 8;

  /** Samples that a simulated autoregression runs before it is used. */
  private static final int BURN_IN = 200;

  /** An impulse must have fallen below a hundredth after this many samples. */
  private static final int STABLE_WITHIN = 1_000;

  private static final int GRID = 64; // points of the quantile table for one normal score
  private static final double GRID_END = 6;
  private static final double TAIL_SHARE = 0.02;

  private final int n;
  private final double smoothing;
  private final int latents;
  private final double[] location;
  private final double[] scale;
  private final double[][] z;
  private int order;
  private double[][][] coefficients = {}; // [order][d][d]
  private boolean diagonal;
  private final int block;
  private final float[][] scores; // [rows][d], shrunk by sqrt(1 + h^2)
  private final float[][] kernel; // lower triangular, times h / sqrt(1 + h^2)
  private final float[][] quantiles; // [d][grid]

  /**
   * Learns the distribution of a reference.
   *
   * @param rows finite, shape {@code [n][d]}, in time order
   */
  public NullStreams(float[][] rows) {
    this.n = rows.length;
    this.latents = rows[0].length;
    this.smoothing = smoothing(latents);
    this.location = new double[latents];
    this.scale = new double[latents];
    this.z = new double[n][latents];
    for (int k = 0; k < latents; k++) {
      double sum = 0;
      for (float[] row : rows) {
        sum += row[k];
      }
      location[k] = sum / n;
      double squares = 0;
      for (float[] row : rows) {
        squares += (row[k] - location[k]) * (row[k] - location[k]);
      }
      scale[k] = Math.max(Math.sqrt(squares / n), 1e-6 * (1 + Math.abs(location[k])));
      for (int t = 0; t < n; t++) {
        z[t][k] = (rows[t][k] - location[k]) / scale[k];
      }
    }
    double[][] innovations = autoregression();
    this.block = blockLength(innovations);
    int m = innovations.length;
    this.scores = new float[m][latents];
    this.quantiles = new float[latents][];
    for (int k = 0; k < latents; k++) {
      learnMarginal(innovations, k);
    }
    this.kernel = kernel();
    double shrink = 1 / Math.sqrt(1 + smoothing * smoothing);
    for (float[] row : scores) {
      for (int k = 0; k < latents; k++) {
        row[k] *= (float) shrink;
      }
    }
  }

  int order() {
    return order;
  }

  int block() {
    return block;
  }

  /** Fits the autoregression and returns its innovations, with mean 0. */
  private double[][] autoregression() {
    int orders = Math.min(MAX_ORDER, n / 40);
    int used = n - orders;
    double best = logDeterminant(residuals(new double[0][][], orders)) * used;
    for (int full = 0; full < 2; full++) {
      for (int p = 1; p <= orders; p++) {
        boolean own = full == 0;
        int regressors = own ? p : p * latents;
        if (regressors > used / 20) {
          break;
        }
        double[][][] fit = own ? fitDiagonal(p, orders) : fitFull(p, orders);
        double criterion =
            logDeterminant(residuals(fit, orders)) * used
                + (double) regressors * latents * Math.log(used);
        if (criterion < best && stable(fit)) {
          best = criterion;
          coefficients = fit;
          diagonal = own;
        }
      }
    }
    order = coefficients.length;
    double[][] left = residuals(coefficients, order);
    for (int k = 0; k < latents; k++) {
      double mean = 0;
      for (double[] row : left) {
        mean += row[k] / left.length;
      }
      for (double[] row : left) {
        row[k] -= mean;
      }
    }
    return left;
  }

  private double[][] residuals(double[][][] fit, int from) {
    double[][] left = new double[n - from][latents];
    for (int t = from; t < n; t++) {
      double[] row = left[t - from];
      System.arraycopy(z[t], 0, row, 0, latents);
      for (int i = 0; i < fit.length; i++) {
        double[] past = z[t - 1 - i];
        for (int a = 0; a < latents; a++) {
          for (int b = 0; b < latents; b++) {
            row[a] -= fit[i][a][b] * past[b];
          }
        }
      }
    }
    return left;
  }

  private double[][][] fitDiagonal(int p, int from) {
    double[][][] fit = new double[p][latents][latents];
    for (int k = 0; k < latents; k++) {
      double[][] gram = new double[p][p];
      double[] right = new double[p];
      for (int t = from; t < n; t++) {
        for (int i = 0; i < p; i++) {
          right[i] += z[t][k] * z[t - 1 - i][k];
          for (int j = 0; j <= i; j++) {
            gram[i][j] += z[t - 1 - i][k] * z[t - 1 - j][k];
          }
        }
      }
      double[] solution = Cholesky.of(gram, 1e-6 * n).solve(right);
      for (int i = 0; i < p; i++) {
        fit[i][k][k] = solution[i];
      }
    }
    return fit;
  }

  private double[][][] fitFull(int p, int from) {
    int regressors = p * latents;
    double[][] gram = new double[regressors][regressors];
    double[][] right = new double[latents][regressors];
    double[] past = new double[regressors];
    for (int t = from; t < n; t++) {
      for (int i = 0; i < p; i++) {
        System.arraycopy(z[t - 1 - i], 0, past, i * latents, latents);
      }
      for (int i = 0; i < regressors; i++) {
        for (int j = 0; j <= i; j++) {
          gram[i][j] += past[i] * past[j];
        }
        for (int k = 0; k < latents; k++) {
          right[k][i] += z[t][k] * past[i];
        }
      }
    }
    Cholesky factor = Cholesky.of(gram, 1e-6 * n);
    double[][][] fit = new double[p][latents][latents];
    for (int k = 0; k < latents; k++) {
      double[] solution = factor.solve(right[k]);
      for (int i = 0; i < p; i++) {
        System.arraycopy(solution, i * latents, fit[i][k], 0, latents);
      }
    }
    return fit;
  }

  private double logDeterminant(double[][] left) {
    double[][] covariance = new double[latents][latents];
    for (double[] row : left) {
      for (int a = 0; a < latents; a++) {
        for (int b = 0; b <= a; b++) {
          covariance[a][b] += row[a] * row[b] / left.length;
        }
      }
    }
    return Cholesky.of(covariance, 1e-9).logDeterminant();
  }

  /** Returns true if an impulse in every latent decays. */
  private boolean stable(double[][][] fit) {
    double[][] recent = new double[fit.length][latents];
    double[] next = new double[latents];
    for (int source = 0; source < latents; source++) {
      for (double[] row : recent) {
        Arrays.fill(row, 0);
      }
      recent[0][source] = 1;
      double largest = 1;
      for (int t = 0; t < STABLE_WITHIN && largest > 1e-3; t++) {
        step(fit, recent, next);
        largest = 0;
        for (double[] row : recent) {
          for (double value : row) {
            largest = Math.max(largest, Math.abs(value));
          }
        }
        if (!(largest < 1e3)) {
          return false;
        }
      }
      if (largest > 1e-2) {
        return false;
      }
    }
    return true;
  }

  private void step(double[][][] fit, double[][] recent, double[] next) {
    Arrays.fill(next, 0);
    for (int i = 0; i < fit.length; i++) {
      for (int a = 0; a < latents; a++) {
        for (int b = 0; b < latents; b++) {
          next[a] += fit[i][a][b] * recent[i][b];
        }
      }
    }
    for (int i = fit.length - 1; i > 0; i--) {
      System.arraycopy(recent[i - 1], 0, recent[i], 0, latents);
    }
    System.arraycopy(next, 0, recent[0], 0, latents);
  }

  /**
   * Mean block length for resampling. 1 unless some latent, or its square, is autocorrelated beyond
   * chance; else ten times the largest integrated autocorrelation time.
   */
  private int blockLength(double[][] rows) {
    double largest = 1;
    for (int k = 0; k < latents; k++) {
      for (int power = 1; power <= 2; power++) {
        largest = Math.max(largest, autocorrelationTime(rows, k, power));
      }
    }
    return largest <= 1 ? 1 : (int) Math.max(8, Math.min(10 * largest, rows.length / 20.0));
  }

  private static double autocorrelationTime(double[][] rows, int latent, int power) {
    int m = rows.length;
    double[] x = new double[m];
    double mean = 0;
    for (int t = 0; t < m; t++) {
      x[t] = power == 1 ? rows[t][latent] : rows[t][latent] * rows[t][latent];
      mean += x[t] / m;
    }
    double variance = 0;
    for (int t = 0; t < m; t++) {
      x[t] -= mean;
      variance += x[t] * x[t];
    }
    if (!(variance > 0)) {
      return 1;
    }
    double noise = 1 / Math.sqrt(m);
    double time = 1;
    for (int lag = 1; lag < Math.min(200, m / 4); lag++) {
      double sum = 0;
      for (int t = lag; t < m; t++) {
        sum += x[t] * x[t - lag];
      }
      double correlation = sum / variance;
      // The first lag decides whether there is anything, at odds that allow for many latents.
      if (correlation < (lag == 1 ? 4.5 : 2) * noise) {
        return time;
      }
      time += 2 * correlation;
    }
    return time;
  }

  /** Normal scores of one latent (ties get their mean rank) and their inverse. */
  private void learnMarginal(double[][] rows, int k) {
    int m = rows.length;
    Integer[] at = new Integer[m];
    for (int i = 0; i < m; i++) {
      at[i] = i;
    }
    Arrays.sort(at, (a, b) -> Double.compare(rows[a][k], rows[b][k]));
    double[] sorted = new double[m];
    for (int i = 0; i < m; i++) {
      sorted[i] = rows[at[i]][k];
    }
    for (int i = 0; i < m; ) {
      int end = i + 1;
      while (end < m && sorted[end] == sorted[i]) {
        end++;
      }
      float score = (float) Normal.quantile(0.5 * (i + end) / m);
      for (; i < end; i++) {
        scores[at[i]][k] = score;
      }
    }
    int tail = Math.max(20, (int) (TAIL_SHARE * m));
    ParetoTail upper = ParetoTail.of(sorted, tail);
    double[] mirrored = new double[m];
    for (int i = 0; i < m; i++) {
      mirrored[i] = -sorted[m - 1 - i];
    }
    ParetoTail lower = ParetoTail.of(mirrored, tail);
    int points = (int) (2 * GRID_END * GRID) + 2;
    quantiles[k] = new float[points];
    for (int i = 0; i < points; i++) {
      double p = Normal.cdf(-GRID_END + (double) i / GRID);
      double q = Normal.cdf(GRID_END - (double) i / GRID); // 1 - p without cancellation
      double value;
      if (q < upper.share()) {
        value = upper.quantile(q);
      } else if (p < lower.share()) {
        value = -lower.quantile(p);
      } else {
        double position = Math.max(0, Math.min(m - 1.0, p * m - 0.5));
        int below = Math.min(m - 2, (int) position);
        value = sorted[below] + (position - below) * (sorted[below + 1] - sorted[below]);
      }
      quantiles[k][i] = (float) value;
    }
  }

  private float[][] kernel() {
    double[][] correlation = new double[latents][latents];
    double[] squares = new double[latents];
    for (float[] row : scores) {
      for (int a = 0; a < latents; a++) {
        squares[a] += row[a] * row[a];
        for (int b = 0; b < a; b++) {
          correlation[a][b] += row[a] * row[b];
        }
      }
    }
    for (int a = 0; a < latents; a++) {
      for (int b = 0; b < a; b++) {
        correlation[a][b] /= Math.max(1e-9, Math.sqrt(squares[a] * squares[b]));
      }
      correlation[a][a] = 1;
    }
    double[][] lower = Cholesky.of(correlation, 1e-6).lower();
    double factor = smoothing / Math.sqrt(1 + smoothing * smoothing);
    float[][] result = new float[latents][latents];
    for (int a = 0; a < latents; a++) {
      for (int b = 0; b <= a; b++) {
        result[a][b] = (float) (factor * lower[a][b]);
      }
    }
    return result;
  }

  private float quantile(int k, float score) {
    double x = (Math.max(-GRID_END, Math.min(GRID_END, (double) score)) + GRID_END) * GRID;
    int at = (int) x;
    float[] table = quantiles[k];
    return (float) (table[at] + (x - at) * (table[at + 1] - table[at]));
  }

  /** The rows of one simulated stream after another. */
  public final class Stream {
    private final int[] world = new int[scores.length];
    private final float[] noise = new float[latents];
    private final double[][] recent = new double[order][latents];
    private final double[] next = new double[latents];
    private SplittableRandom random = new SplittableRandom(0);
    private int at;

    /** A new world: one bootstrap replicate of the reference. */
    public void newWorld(long seed) {
      random = new SplittableRandom(seed);
      int m = world.length;
      for (int filled = 0; filled < m; ) {
        int from = random.nextInt(m);
        for (int j = 0; j < block && filled < m; j++) {
          world[filled++] = (from + j) % m;
        }
      }
    }

    /** A new stream in the same world. */
    public void newStream() {
      at = random.nextInt(world.length);
      if (order > 0) {
        for (double[] row : recent) {
          Arrays.fill(row, 0);
        }
        float[] ignored = new float[latents];
        for (int t = 0; t < BURN_IN; t++) {
          next(ignored);
        }
      }
    }

    /** The next sample, in the units of the reference. */
    public void next(float[] into) {
      next(into, 0);
    }

    private void next(float[] into, int offset) {
      if (block == 1 || random.nextInt(block) == 0) {
        at = random.nextInt(world.length);
      } else {
        at = at + 1 == world.length ? 0 : at + 1;
      }
      float[] row = scores[world[at]];
      for (int k = 0; k < latents; k++) {
        noise[k] = (float) random.nextGaussian();
      }
      if (order > 0) {
        advance();
      }
      for (int k = 0; k < latents; k++) {
        float score = row[k];
        float[] weights = kernel[k];
        for (int j = 0; j <= k; j++) {
          score += weights[j] * noise[j];
        }
        double value = quantile(k, score);
        if (order > 0) {
          recent[0][k] += value;
          value = recent[0][k];
        }
        into[offset + k] = (float) (location[k] + scale[k] * value);
      }
    }

    /** The next samples, shape {@code [..][d]}, as {@link #next} gives them. */
    void fill(float[] into) {
      for (int offset = 0; offset < into.length; offset += latents) {
        next(into, offset);
      }
    }

    private void advance() {
      if (!diagonal) {
        step(coefficients, recent, next);
        return;
      }
      for (int k = 0; k < latents; k++) {
        double value = 0;
        for (int i = 0; i < order; i++) {
          value += coefficients[i][k][k] * recent[i][k];
        }
        for (int i = order - 1; i > 0; i--) {
          recent[i][k] = recent[i - 1][k];
        }
        recent[0][k] = value;
      }
    }
  }
}
