package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.Arrays;
import java.util.Random;

/**
 * The structural equations of an additive noise model on a given graph: {@code f_i(z) = intercept_i
 * + sum_m weight_im cos(frequency_im . z + phase_im)}, with zero frequency for every latent that is
 * not a parent of {@code i}. Roots have a constant {@code f_i}: their mean. Immutable.
 *
 * <p>Source: Rahimi and Recht, Random Features for Large-Scale Kernel Machines, NIPS 2007.
 */
public final class Mechanisms {
  private final double[] intercepts;
  private final double[][] weights;
  private final double[][][] frequencies;
  private final double[][] phases;
  private final double[] explained;

  private Mechanisms(
      double[] intercepts,
      double[][] weights,
      double[][][] frequencies,
      double[][] phases,
      double[] explained) {
    this.intercepts = intercepts;
    this.weights = weights;
    this.frequencies = frequencies;
    this.phases = phases;
    this.explained = explained;
  }

  /**
   * Fits every equation by ridge regression; kernel length and ridge are those with the smallest
   * squared error on held-out rows (every fourth), after which all rows are used. About 1 s a
   * latent for 10,000 rows and 256 features on one core.
   *
   * @param z latents of nominal frames, shape {@code [n][d]}, {@code n >= 100}, any units
   * @throws IllegalArgumentException if shapes differ, there are too few rows or a value is not
   *     finite
   */
  public static Mechanisms fit(CausalGraph graph, double[][] z, MechanismSettings settings) {
    int d = graph.size();
    double[][] rows = checked(z, d, settings.maxRows());
    double[] intercepts = new double[d];
    double[][] weights = new double[d][settings.features()];
    double[][][] frequencies = new double[d][settings.features()][d];
    double[][] phases = new double[d][settings.features()];
    double[] explained = new double[d];
    Random random = new Random(settings.seed());
    for (int i = 0; i < d; i++) {
      long seed = random.nextLong();
      int[] parents = graph.parents(i);
      if (parents.length == 0) {
        intercepts[i] = mean(rows, i);
        continue;
      }
      new EquationFit(rows, i, parents, settings, seed)
          .into(intercepts, weights, frequencies, phases, explained);
    }
    return new Mechanisms(intercepts, weights, frequencies, phases, explained);
  }

  private static final class EquationFit {
    private final double[][] rows;
    private final int target;
    private final int[] parents;
    private final MechanismSettings settings;
    private final double[][] directions;
    private final double[] phase;
    private final double[][] targets;

    EquationFit(double[][] rows, int target, int[] parents, MechanismSettings settings, long seed) {
      this.rows = rows;
      this.target = target;
      this.parents = parents;
      this.settings = settings;
      Random random = new Random(seed);
      int d = rows[0].length;
      int m = settings.features();
      this.directions = new double[m][d];
      this.phase = new double[m];
      // A parent that does not vary gets frequency 0: nothing was learnt about its effect.
      double[] inverseSd = new double[d];
      for (int parent : parents) {
        double sd = standardDeviation(rows, parent);
        inverseSd[parent] = sd > 1e-9 ? 1 / sd : 0;
      }
      for (int a = 0; a < m; a++) {
        for (int parent : parents) {
          directions[a][parent] = random.nextGaussian() * inverseSd[parent];
        }
        phase[a] = 2 * Math.PI * random.nextDouble();
      }
      this.targets = new double[rows.length][1];
      for (int r = 0; r < rows.length; r++) {
        targets[r][0] = rows[r][target];
      }
    }

    void into(
        double[] intercepts,
        double[][] weights,
        double[][][] frequencies,
        double[][] phases,
        double[] explained) {
      int n = rows.length;
      int[] train = new int[n - n / 4];
      int[] test = new int[n / 4];
      int[] all = new int[n];
      for (int r = 0, a = 0, b = 0; r < n; r++) {
        all[r] = r;
        if (r % 4 == 3) {
          test[b++] = r;
        } else {
          train[a++] = r;
        }
      }
      double distance = Math.sqrt(2.0 * parents.length);
      double bestError = Double.POSITIVE_INFINITY;
      double bestWidth = Double.NaN;
      double bestRidge = Double.NaN;
      for (double bandwidth : settings.bandwidths()) {
        double width = bandwidth * distance;
        double[][] phi = features(width);
        RidgeFit fit = RidgeFit.accumulate(phi, targets, train);
        for (double ridge : settings.ridges()) {
          double[] w = fit.weights(fit.factor(ridge * train.length), 0);
          double error = error(phi, w, fit.intercept(w, 0), test);
          if (error < bestError) {
            bestError = error;
            bestWidth = width;
            bestRidge = ridge;
          }
        }
      }
      double[][] phi = features(bestWidth);
      RidgeFit fit = RidgeFit.accumulate(phi, targets, all);
      double[] w = fit.weights(fit.factor(bestRidge * n), 0);
      intercepts[target] = fit.intercept(w, 0);
      double sd = standardDeviation(rows, target);
      explained[target] = sd > 0 ? 1 - bestError / (sd * sd) : 0;
      double scale = Math.sqrt(2.0 / w.length);
      for (int a = 0; a < w.length; a++) {
        weights[target][a] = w[a] * scale;
        phases[target][a] = phase[a];
        for (int parent : parents) {
          frequencies[target][a][parent] = directions[a][parent] / bestWidth;
        }
      }
    }

    private double[][] features(double width) {
      int m = phase.length;
      double scale = Math.sqrt(2.0 / m);
      double[][] phi = new double[rows.length][m];
      for (int r = 0; r < rows.length; r++) {
        for (int a = 0; a < m; a++) {
          double angle = phase[a];
          for (int parent : parents) {
            angle += directions[a][parent] / width * rows[r][parent];
          }
          phi[r][a] = scale * Math.cos(angle);
        }
      }
      return phi;
    }

    private double error(double[][] phi, double[] w, double intercept, int[] test) {
      double sum = 0;
      for (int row : test) {
        double predicted = intercept;
        for (int a = 0; a < w.length; a++) {
          predicted += w[a] * phi[row][a];
        }
        double residual = targets[row][0] - predicted;
        sum += residual * residual;
      }
      return sum / test.length;
    }
  }

  private static double[][] checked(double[][] z, int d, int most) {
    if (z.length < DagSearch.MIN_ROWS) {
      throw new IllegalArgumentException(
          "mechanisms need at least %d rows but got %d".formatted(DagSearch.MIN_ROWS, z.length));
    }
    int n = Math.min(z.length, most);
    double[][] rows = new double[n][];
    for (int r = 0; r < n; r++) {
      int from = (int) ((long) r * z.length / n);
      if (z[from].length != d) {
        throw new IllegalArgumentException(
            "row %d has %d latents, the graph has %d".formatted(from, z[from].length, d));
      }
      for (double value : z[from]) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "row %d is %s, expected finite numbers".formatted(from, Arrays.toString(z[from])));
        }
      }
      rows[r] = z[from];
    }
    return rows;
  }

  private static double mean(double[][] rows, int column) {
    double mean = 0;
    for (int r = 0; r < rows.length; r++) {
      mean += (rows[r][column] - mean) / (r + 1);
    }
    return mean;
  }

  private static double standardDeviation(double[][] rows, int column) {
    double mean = mean(rows, column);
    double squares = 0;
    for (double[] row : rows) {
      squares += (row[column] - mean) * (row[column] - mean);
    }
    return Math.sqrt(squares / rows.length);
  }

  /** Number of cosines of each equation. */
  public int features() {
    return weights[0].length;
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return intercepts.length;
  }

  /** Constant term of an equation; the whole of it for a root. */
  public double intercept(int latent) {
    return intercepts[latent];
  }

  /** Weights of the cosines, shape {@code [features]}, a copy; zero for a root. */
  public double[] weights(int latent) {
    return weights[latent].clone();
  }

  /** Frequencies, shape {@code [features][d]}, a copy; zero for latents that are not parents. */
  public double[][] frequencies(int latent) {
    double[][] copy = new double[features()][];
    for (int a = 0; a < copy.length; a++) {
      copy[a] = frequencies[latent][a].clone();
    }
    return copy;
  }

  /** Phases in radians, shape {@code [features]}, a copy. */
  public double[] phases(int latent) {
    return phases[latent].clone();
  }

  /**
   * Share of a latent's variance that its parents explain on held-out rows: at most 1, near zero or
   * below when they explain nothing, 0 for a root.
   */
  public double explainedVariance(int latent) {
    return explained[latent];
  }

  /**
   * Expected latents given the observed ones: {@code into[i] = f_i(z)}.
   *
   * @param z observed latents, shape {@code [d]}
   * @param into receives the result, shape {@code [d]}; must not be {@code z}
   */
  public void predict(double[] z, double[] into) {
    for (int i = 0; i < intercepts.length; i++) {
      double sum = intercepts[i];
      double[] w = weights[i];
      for (int a = 0; a < w.length; a++) {
        if (w[a] != 0) {
          double angle = phases[i][a];
          double[] frequency = frequencies[i][a];
          for (int j = 0; j < z.length; j++) {
            angle += frequency[j] * z[j];
          }
          sum += w[a] * Math.cos(angle);
        }
      }
      into[i] = sum;
    }
  }

  /**
   * Structural residuals {@code z - f(z)} of many rows.
   *
   * @param z shape {@code [n][d]}
   * @return shape {@code [n][d]}
   */
  public double[][] residuals(double[][] z) {
    double[][] out = new double[z.length][latents()];
    for (int r = 0; r < z.length; r++) {
      predict(z[r], out[r]);
      for (int i = 0; i < out[r].length; i++) {
        out[r][i] = z[r][i] - out[r][i];
      }
    }
    return out;
  }
}
