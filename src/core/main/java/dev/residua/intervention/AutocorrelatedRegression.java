package dev.residua.intervention;

import java.util.Arrays;
import java.util.Optional;

/**
 * Least squares with an intercept for errors that follow a short autoregression: both sides are
 * filtered with the autoregression of the errors, which is estimated in turn with the coefficients.
 *
 * <p>Of two tests the more careful one counts, since each is too small if its assumption fails: the
 * usual one, and one that allows each row a variance of its own (HC2, with the degrees of freedom
 * of independent rows). Sources: Cochrane and Orcutt, JASA 44 (1949); MacKinnon and White, Journal
 * of Econometrics 29 (1985); Bell and McCaffrey, Survey Methodology 28 (2002). The order is chosen
 * by Bayes' information criterion; autocorrelations are corrected for the bias of a fitted mean
 * (Kendall, Biometrika 41, 1954).
 */
final class AutocorrelatedRegression {
  /** Min degrees of freedom. */
  static final int MIN_FREEDOM = 8;

  /** Rows from which the errors may have an order above one. */
  private static final int LONG = 200;

  private static final int MAX_ORDER = 4;
  private static final int ROUNDS = 4;
  private static final double MAX_PARTIAL = 0.98;

  /** Largest share of a row that a fit may take for itself. */
  private static final double MAX_LEVERAGE = 0.9;

  /**
   * Variance inflation from which a column cannot be distinguished from the others: correlation
   * .98.
   */
  private static final double MAX_INFLATION = 25;

  private static final double RIDGE = 1e-9;
  private static final double SMALLEST = 1e-300;

  private final double[] y;
  private final double[][] x; // [column][row], the first is the intercept
  private final int[] past; // rows directly before a row

  /**
   * Coefficients without that of the intercept, with NaN for columns that cannot be distinguished
   * from the others.
   *
   * @param coefficients shape {@code [columns]}
   * @param unfiltered coefficients of ordinary least squares, shape {@code [columns]}
   * @param usual standard errors if all rows have one variance, shape {@code [columns]}
   * @param robust standard errors if each row has its own, shape {@code [columns]}
   * @param freedom degrees of freedom of {@code usual}
   * @param robustFreedom degrees of freedom of {@code robust}, shape {@code [columns]}
   * @param order of the autoregression of the errors
   */
  @SuppressWarnings("ArrayRecordComponent") // made once per test
  record Fit(
      double[] coefficients,
      double[] unfiltered,
      double[] usual,
      double[] robust,
      int freedom,
      double[] robustFreedom,
      int order) {
    double standardError(int column) {
      return Math.max(usual[column], robust[column]);
    }

    /** Two-sided p-value of a coefficient of that value. */
    double pValue(int column, double value) {
      double away = coefficients[column] - value;
      return Math.max(
          StudentTail.twoSided(away / Math.max(usual[column], SMALLEST), freedom),
          StudentTail.twoSided(away / Math.max(robust[column], SMALLEST), robustFreedom[column]));
    }
  }

  private AutocorrelatedRegression(double[] y, double[][] columns, boolean[] follows) {
    this.y = y;
    this.x = new double[columns.length + 1][];
    x[0] = new double[y.length];
    Arrays.fill(x[0], 1);
    for (int k = 0; k < columns.length; k++) {
      double mean = Arrays.stream(columns[k]).average().orElse(0);
      x[k + 1] = Arrays.stream(columns[k]).map(value -> value - mean).toArray();
    }
    this.past = new int[y.length];
    for (int t = 1; t < y.length; t++) {
      past[t] = follows[t] ? past[t - 1] + 1 : 0;
    }
  }

  /**
   * Fits {@code y} to the columns. O(n columns^2).
   *
   * @param y shape {@code [n]}
   * @param columns shape {@code [columns][n]}; their scale does not matter
   * @param follows whether a row is the next frame after the row before it, shape {@code [n]}
   * @return empty if there are too few rows
   */
  static Optional<Fit> fit(double[] y, double[][] columns, boolean[] follows) {
    return new AutocorrelatedRegression(y, columns, follows).fit();
  }

  private Optional<Fit> fit() {
    int most = y.length < LONG ? 1 : MAX_ORDER;
    double[] filter = new double[0];
    double[] unfiltered = new double[0];
    for (int round = 0; round < ROUNDS; round++) {
      Filtered filtered = filtered(filter);
      if (filtered.freedom() < MIN_FREEDOM) {
        return Optional.empty();
      }
      double[] coefficients = filtered.solve();
      unfiltered = round == 0 ? coefficients : unfiltered;
      filter = autoregression(errors(coefficients), most);
    }
    Filtered filtered = filtered(filter);
    return filtered.freedom() < MIN_FREEDOM
        ? Optional.empty()
        : Optional.of(filtered.fit(Arrays.copyOfRange(unfiltered, 1, unfiltered.length)));
  }

  /** Errors of the rows as they are. */
  private double[] errors(double[] coefficients) {
    double[] errors = y.clone();
    for (int k = 0; k < x.length; k++) {
      for (int t = 0; t < y.length; t++) {
        errors[t] -= coefficients[k] * x[k][t];
      }
    }
    return errors;
  }

  /** Coefficients of the best order from 1 to {@code most}, newest first. */
  private double[] autoregression(double[] errors, int most) {
    int n = errors.length;
    double mean = Arrays.stream(errors).average().orElse(0);
    double[] correlation = new double[most + 1];
    double square = SMALLEST;
    for (double error : errors) {
      square += (error - mean) * (error - mean);
    }
    correlation[0] = 1;
    for (int lag = 1; lag <= most; lag++) {
      double sum = 0;
      for (int t = 0; t < n; t++) {
        sum += past[t] >= lag ? (errors[t] - mean) * (errors[t - lag] - mean) : 0;
      }
      double raw = sum / square;
      correlation[lag] = Math.min(0.995, raw + (1 + 3 * Math.max(0, raw)) / n);
    }
    double[] best = new double[0];
    double[] coefficients = new double[0];
    double lowest = Double.POSITIVE_INFINITY;
    double variance = 1;
    for (int order = 1; order <= most; order++) {
      double last = correlation[order];
      for (int i = 0; i < order - 1; i++) {
        last -= coefficients[i] * correlation[order - 1 - i];
      }
      last = Math.max(-MAX_PARTIAL, Math.min(MAX_PARTIAL, last / variance));
      double[] next = new double[order];
      for (int i = 0; i < order - 1; i++) {
        next[i] = coefficients[i] - last * coefficients[order - 2 - i];
      }
      next[order - 1] = last;
      coefficients = next;
      variance *= 1 - last * last;
      double criterion = n * Math.log(variance) + order * Math.log(n);
      if (criterion < lowest) {
        lowest = criterion;
        best = coefficients;
      }
    }
    return best;
  }

  /** Rows minus the prediction from their past. */
  private Filtered filtered(double[] filter) {
    int n = 0;
    int[] rows = new int[y.length];
    for (int t = 0; t < y.length; t++) {
      if (past[t] >= filter.length) {
        rows[n++] = t;
      }
    }
    double[] left = new double[n];
    double[][] right = new double[x.length][n];
    for (int i = 0; i < n; i++) {
      left[i] = filtered(y, rows[i], filter);
      for (int k = 0; k < x.length; k++) {
        right[k][i] = filtered(x[k], rows[i], filter);
      }
    }
    return new Filtered(left, right, filter.length);
  }

  private static double filtered(double[] values, int t, double[] filter) {
    double value = values[t];
    for (int i = 0; i < filter.length; i++) {
      value -= filter[i] * values[t - 1 - i];
    }
    return value;
  }

  /** Ordinary least squares of filtered rows, on columns of unit length. */
  private static final class Filtered {
    private final double[] y;
    private final double[][] x;
    private final double[] length;
    private final double[][] inverse;
    private final int order;

    Filtered(double[] y, double[][] x, int order) {
      this.y = y;
      this.x = x;
      this.order = order;
      this.length = new double[x.length];
      double[][] gram = new double[x.length][x.length];
      for (int k = 0; k < x.length; k++) {
        length[k] = Math.sqrt(dot(x[k], x[k])) + SMALLEST;
        for (int l = 0; l < k; l++) {
          gram[k][l] = dot(x[k], x[l]) / length[k] / length[l];
          gram[l][k] = gram[k][l];
        }
        gram[k][k] = 1 + RIDGE;
      }
      this.inverse = Matrices.inverse(gram, x.length);
    }

    int freedom() {
      return y.length - x.length - order;
    }

    double[] solve() {
      double[] products = new double[x.length];
      for (int k = 0; k < x.length; k++) {
        products[k] = dot(x[k], y) / length[k];
      }
      double[] coefficients = new double[x.length];
      for (int k = 0; k < x.length; k++) {
        coefficients[k] = dot(inverse[k], products) / length[k];
      }
      return coefficients;
    }

    Fit fit(double[] unfiltered) {
      double[] all = solve();
      int n = y.length;
      double[] weight = new double[x.length];
      double[] row = new double[x.length];
      double[] robust = new double[x.length];
      double[] fourth = new double[x.length];
      double squares = 0;
      for (int t = 0; t < n; t++) {
        double error = y[t];
        for (int k = 0; k < x.length; k++) {
          row[k] = x[k][t] / length[k];
          error -= all[k] * x[k][t];
        }
        squares += error * error;
        double leverage = 0;
        for (int k = 0; k < x.length; k++) {
          weight[k] = dot(inverse[k], row);
          leverage += row[k] * weight[k];
        }
        double variance = error * error / (1 - Math.min(MAX_LEVERAGE, leverage));
        for (int k = 0; k < x.length; k++) {
          double square = weight[k] * weight[k];
          robust[k] += square * variance;
          fourth[k] += square * square;
        }
      }
      int columns = x.length - 1;
      Fit fit =
          new Fit(
              new double[columns],
              unfiltered,
              new double[columns],
              new double[columns],
              freedom(),
              new double[columns],
              order);
      for (int k = 1; k <= columns; k++) {
        boolean apart = inverse[k][k] <= MAX_INFLATION && length[k] > SMALLEST;
        double usual = inverse[k][k] * squares / freedom();
        fit.coefficients[k - 1] = apart ? all[k] : Double.NaN;
        fit.usual[k - 1] = apart ? Math.sqrt(usual) / length[k] : Double.NaN;
        fit.robust[k - 1] = apart ? Math.sqrt(robust[k]) / length[k] : Double.NaN;
        fit.robustFreedom[k - 1] =
            Math.max(1, inverse[k][k] * inverse[k][k] / (fourth[k] + SMALLEST));
      }
      return fit;
    }

    private static double dot(double[] a, double[] b) {
      double sum = 0;
      for (int t = 0; t < a.length; t++) {
        sum += a[t] * b[t];
      }
      return sum;
    }
  }
}
