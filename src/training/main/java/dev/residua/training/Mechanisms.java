package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.StructuralEquations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * The structural equations of an additive noise model on a given graph: {@code f_i(z) = intercept_i
 * + linear_i . z + sum_m weight_im cos(frequency_im . z + phase_im)}, with zero coefficient and
 * frequency for every latent that is not a parent of {@code i}. Roots have a constant {@code f_i}:
 * their mean. Immutable.
 *
 * <p>Source: Rahimi and Recht, Random Features for Large-Scale Kernel Machines, NIPS 2007.
 */
public final class Mechanisms {
  /**
   * A richer form of an equation must beat a simpler one by this share of the squared error, as the
   * simpler one extrapolates sensibly and cosines do not.
   */
  private static final double SLACK = 0.005;

  private final double[] intercepts;
  private final double[][] linear;
  private final double[][] weights;
  private final double[][][] frequencies;
  private final double[][] phases;
  private final double[] explained;

  private Mechanisms(int d, int features) {
    this.intercepts = new double[d];
    this.linear = new double[d][d];
    this.weights = new double[d][features];
    this.frequencies = new double[d][features][d];
    this.phases = new double[d][features];
    this.explained = new double[d];
  }

  /**
   * Fits every equation to all rows; see {@link #fit(CausalGraph, double[][], boolean[][],
   * MechanismSettings)}.
   */
  public static Mechanisms fit(CausalGraph graph, double[][] z, MechanismSettings settings) {
    boolean[][] holds = new boolean[z.length][graph.size()];
    for (boolean[] row : holds) {
      Arrays.fill(row, true);
    }
    return fit(graph, z, holds, settings);
  }

  /**
   * Fits every equation by ridge regression. Of three forms it chooses the simplest whose squared
   * error on held-out rows (every fourth) is at most 0.5 % above the smallest: linear in the
   * parents, linear plus cosines, cosines alone. Kernel length and ridge are those with the
   * smallest held-out error; the final fit uses all rows. About 1 s per latent for 10,000 rows and
   * 256 features on one core.
   *
   * @param z latents, shape {@code [n][d]}, any units
   * @param holds whether the mechanism of a latent held in a row, shape {@code [n][d]}: its
   *     equation is fitted to those rows only, which must be at least 100
   * @throws IllegalArgumentException if shapes differ, there are too few rows or a value is not
   *     finite
   */
  public static Mechanisms fit(
      CausalGraph graph, double[][] z, boolean[][] holds, MechanismSettings settings) {
    int d = graph.size();
    if (holds.length != z.length) {
      throw new IllegalArgumentException(
          "mechanisms have %d rows of latents but %d of held mechanisms"
              .formatted(z.length, holds.length));
    }
    Mechanisms fitted = new Mechanisms(d, settings.features());
    Random random = new Random(settings.seed());
    for (int i = 0; i < d; i++) {
      long seed = random.nextLong();
      double[][] rows = checked(z, holds, i, graph, settings.maxRows());
      int[] parents = graph.parents(i);
      if (parents.length == 0) {
        fitted.intercepts[i] = mean(rows, i);
      } else {
        new EquationFit(rows, i, parents, settings, seed).into(fitted);
      }
    }
    return fitted;
  }

  /** Fit of one equation; features are first the cosines, then the parents, standardised. */
  private static final class EquationFit {
    private final double[][] rows;
    private final int target;
    private final int[] parents;
    private final MechanismSettings settings;
    private final double[] means;
    private final double[] inverseSds;
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
      // A constant parent gets frequency 0, as its effect is unknown.
      this.means = new double[d];
      this.inverseSds = new double[d];
      for (int parent : parents) {
        double sd = standardDeviation(rows, parent);
        means[parent] = mean(rows, parent);
        inverseSds[parent] = sd > 1e-9 ? 1 / sd : 0;
      }
      for (int a = 0; a < m; a++) {
        for (int parent : parents) {
          directions[a][parent] = random.nextGaussian() * inverseSds[parent];
        }
        phase[a] = 2 * Math.PI * random.nextDouble();
      }
      this.targets = new double[rows.length][1];
      for (int r = 0; r < rows.length; r++) {
        targets[r][0] = rows[r][target];
      }
    }

    /** A form with its best kernel length and ridge, and the error of those. */
    private static final class Form {
      private final boolean lines;
      private final boolean cosines;
      private double error = Double.POSITIVE_INFINITY;
      private double width = Double.NaN;
      private double ridge = Double.NaN;

      Form(boolean lines, boolean cosines) {
        this.lines = lines;
        this.cosines = cosines;
      }

      void offer(double newError, double newWidth, double newRidge) {
        if (newError < error) {
          error = newError;
          width = newWidth;
          ridge = newRidge;
        }
      }
    }

    void into(Mechanisms fitted) {
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
      Form lines = new Form(true, false);
      Form both = new Form(true, true);
      Form cosines = new Form(false, true);
      double[][] straight = features(lines, 1);
      RidgeFit straightFit = RidgeFit.accumulate(straight, targets, train);
      for (double ridge : settings.ridges()) {
        double[] w = straightFit.weights(straightFit.factor(ridge * train.length), 0);
        lines.offer(error(straight, w, straightFit.intercept(w, 0), test), 1, ridge);
      }
      double distance = Math.sqrt(2.0 * parents.length);
      for (double bandwidth : settings.bandwidths()) {
        double width = bandwidth * distance;
        double[][] phi = features(both, width);
        RidgeFit fit = RidgeFit.accumulate(phi, targets, train);
        for (double ridge : settings.ridges()) {
          Cholesky factor = fit.factor(ridge * train.length);
          double[] w = fit.weights(factor, 0);
          both.offer(error(phi, w, fit.intercept(w, 0), test), width, ridge);
          w = fit.weights(factor, 0, phase.length);
          cosines.offer(error(phi, w, fit.intercept(w, 0), test), width, ridge);
        }
      }
      double most = (1 + SLACK) * Math.min(lines.error, Math.min(both.error, cosines.error));
      Form chosen = lines.error <= most ? lines : both.error <= most ? both : cosines;
      double[][] phi = features(chosen, chosen.width);
      RidgeFit fit = RidgeFit.accumulate(phi, targets, all);
      double[] w = fit.weights(fit.factor(chosen.ridge * n), 0);
      write(fitted, chosen, w, fit.intercept(w, 0));
      // Relative to the variance of the same rows, as that of all rows differs by chance.
      double unexplained =
          error(phi, new double[w.length], straightFit.intercept(new double[0], 0), test);
      fitted.explained[target] = unexplained > 0 ? 1 - chosen.error / unexplained : 0;
    }

    private void write(Mechanisms fitted, Form form, double[] w, double intercept) {
      fitted.intercepts[target] = intercept;
      int at = 0;
      if (form.cosines) {
        double scale = Math.sqrt(2.0 / phase.length);
        for (int a = 0; a < phase.length; a++) {
          fitted.weights[target][a] = w[at++] * scale;
          fitted.phases[target][a] = phase[a];
          for (int parent : parents) {
            fitted.frequencies[target][a][parent] = directions[a][parent] / form.width;
          }
        }
      }
      if (form.lines) {
        for (int parent : parents) {
          double slope = w[at++] * inverseSds[parent];
          fitted.linear[target][parent] = slope;
          fitted.intercepts[target] -= slope * means[parent];
        }
      }
    }

    private double[][] features(Form form, double width) {
      int m = form.cosines ? phase.length : 0;
      int k = form.lines ? parents.length : 0;
      double scale = Math.sqrt(2.0 / phase.length);
      double[][] phi = new double[rows.length][m + k];
      for (int r = 0; r < rows.length; r++) {
        double[] row = rows[r];
        for (int p = 0; p < k; p++) {
          int parent = parents[p];
          phi[r][m + p] = (row[parent] - means[parent]) * inverseSds[parent];
        }
        for (int a = 0; a < m; a++) {
          double angle = phase[a];
          for (int parent : parents) {
            angle += directions[a][parent] / width * row[parent];
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

  /** The rows in which a latent's mechanism held, at most {@code most}, spread evenly. */
  private static double[][] checked(
      double[][] z, boolean[][] holds, int latent, CausalGraph graph, int most) {
    int d = graph.size();
    int[] held = new int[z.length];
    int count = 0;
    for (int r = 0; r < z.length; r++) {
      if (z[r].length != d) {
        throw new IllegalArgumentException(
            "row %d has %d latents, the graph has %d".formatted(r, z[r].length, d));
      }
      if (holds[r][latent]) {
        held[count++] = r;
      }
    }
    if (count < ExactDagSearch.MIN_ROWS) {
      throw new IllegalArgumentException(
          "the mechanism of %s holds in %d rows, needed are %d"
              .formatted(graph.name(latent), count, ExactDagSearch.MIN_ROWS));
    }
    double[][] rows = new double[Math.min(count, most)][];
    for (int r = 0; r < rows.length; r++) {
      int from = held[(int) ((long) r * count / rows.length)];
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

  /** Constant term of an equation; a root has no other. */
  public double intercept(int latent) {
    return intercepts[latent];
  }

  /** Coefficients of the parents, shape {@code [d]}, a copy; zero for other latents. */
  public double[] linear(int latent) {
    return linear[latent].clone();
  }

  /** Weights of the cosines, shape {@code [features]}, a copy; zero if the form has none. */
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
      for (int j = 0; j < z.length; j++) {
        sum += linear[i][j] * z[j];
      }
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

  /** These equations in single precision, for engines. */
  public StructuralEquations equations() {
    int n = latents();
    float[] intercept = new float[n];
    float[] slopes = new float[n * n];
    List<Integer> curved = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      intercept[i] = (float) intercepts[i];
      if (Arrays.stream(weights[i]).anyMatch(weight -> weight != 0)) {
        curved.add(i);
      }
      for (int j = 0; j < n; j++) {
        slopes[j * n + i] = (float) linear[i][j];
      }
    }
    int m = features();
    int width = curved.size() * m;
    float[] frequency = new float[n * width];
    float[] phase = new float[width];
    float[] weight = new float[width * n];
    int column = 0;
    for (int i : curved) {
      for (int a = 0; a < m; a++, column++) {
        for (int j = 0; j < n; j++) {
          frequency[j * width + column] = (float) frequencies[i][a][j];
        }
        phase[column] = (float) phases[i][a];
        weight[column * n + i] = (float) weights[i][a];
      }
    }
    return new StructuralEquations(intercept, slopes, frequency, phase, weight);
  }
}
