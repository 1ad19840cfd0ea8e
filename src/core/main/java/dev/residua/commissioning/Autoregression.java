package dev.residua.commissioning;

import java.util.Arrays;
import java.util.List;

/**
 * A stationary autoregression {@code x_t = sum_i c_i x_(t-i) + u_t} and the best predictors from
 * fewer past values than its order, by the step-down recursion of Durbin and Levinson. Variances
 * are in units of the variance of {@code u}. Immutable.
 *
 * <p>Source: Brockwell and Davis, Time Series: Theory and Methods (1991), section 5.2.
 */
final class Autoregression {
  /** Largest order of a filter. */
  static final int MAX_ORDER = 4;

  /** Largest size of a partial autocorrelation; a fit beyond it is brought back. */
  static final double MAX_PARTIAL = 0.9995;

  /** Step in which a cut comes back from the bound. */
  private static final double ROUNDING = 1e-6;

  private final double[][] predictors; // [k][k]: coefficients with k past values, newest first
  private final double[] variances; // [k]: of the error of predictor k

  private Autoregression(double[][] predictors, double[] variances) {
    this.predictors = predictors;
    this.variances = variances;
  }

  /**
   * @throws IllegalArgumentException if there are more than {@link #MAX_ORDER} coefficients or they
   *     are not stationary
   */
  static Autoregression of(List<Double> coefficients) {
    double[] values = coefficients.stream().mapToDouble(Double::doubleValue).toArray();
    if (values.length > MAX_ORDER) {
      throw new IllegalArgumentException(
          "order must be at most %d but was %d".formatted(MAX_ORDER, values.length));
    }
    double[] partial = partial(values);
    if (!isStationary(partial)) {
      throw new IllegalArgumentException(
          "coefficients must be stationary, with partial autocorrelations of at most %s, but were %s"
              .formatted(MAX_PARTIAL, coefficients));
    }
    return ofPartial(partial);
  }

  /**
   * The nearest stationary one: partial autocorrelations are cut at {@link #MAX_PARTIAL}, or a
   * little before it if rounding would bring its coefficients beyond.
   *
   * @param coefficients finite
   */
  static Autoregression nearest(double[] coefficients) {
    if (!Arrays.stream(coefficients).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "coefficients must be finite but were " + Arrays.toString(coefficients));
    }
    double[] partial = partial(coefficients);
    Autoregression nearest;
    double most = MAX_PARTIAL;
    do {
      double[] cut = partial.clone();
      for (int k = 0; k < cut.length; k++) {
        cut[k] = Math.max(-most, Math.min(most, partial[k]));
      }
      nearest = ofPartial(cut);
      most -= ROUNDING;
    } while (!isStationary(partial(nearest.coefficients())));
    return nearest;
  }

  private static boolean isStationary(double[] partial) {
    return Arrays.stream(partial).allMatch(each -> Math.abs(each) <= MAX_PARTIAL);
  }

  /** Partial autocorrelations; after one that is not below 1 in size, those of lower lags are 0. */
  private static double[] partial(double[] coefficients) {
    double[] partial = new double[coefficients.length];
    double[] at = coefficients.clone();
    for (int k = at.length; k > 0; k--) {
      double last = at[k - 1];
      partial[k - 1] = last;
      if (!(Math.abs(last) < 1)) {
        break;
      }
      double[] below = new double[k - 1];
      for (int j = 0; j < k - 1; j++) {
        below[j] = (at[j] + last * at[k - 2 - j]) / (1 - last * last);
      }
      at = below;
    }
    return partial;
  }

  private static Autoregression ofPartial(double[] partial) {
    int order = partial.length;
    double[][] predictors = new double[order + 1][];
    double[] variances = new double[order + 1];
    predictors[0] = new double[0];
    for (int k = 1; k <= order; k++) {
      double last = partial[k - 1];
      double[] below = predictors[k - 1];
      double[] row = new double[k];
      for (int j = 0; j < k - 1; j++) {
        row[j] = below[j] - last * below[k - 2 - j];
      }
      row[k - 1] = last;
      predictors[k] = row;
    }
    variances[order] = 1;
    for (int k = order; k > 0; k--) {
      variances[k - 1] = variances[k] / (1 - partial[k - 1] * partial[k - 1]);
    }
    return new Autoregression(predictors, variances);
  }

  int order() {
    return predictors.length - 1;
  }

  double[] coefficients() {
    return predictors[order()].clone();
  }

  /** The predictor from {@code past} values, newest first; shape {@code [past]}, not copied. */
  double[] predictor(int past) {
    return predictors[past];
  }

  /** Standard deviation of the error of the predictor from {@code past} values. */
  double error(int past) {
    return Math.sqrt(variances[past]);
  }

  /** Variance of the series. */
  double variance() {
    return variances[0];
  }

  double lagOne() {
    return order() == 0 ? 0 : predictors[1][0];
  }

  /**
   * Integrated autocorrelation time {@code 1 + 2 sum_k rho_k}: frames that count as one independent
   * frame for the mean; {@code (1 + r) / (1 - r)} for order 1.
   */
  double time() {
    double rest = 1;
    for (double coefficient : predictors[order()]) {
      rest -= coefficient;
    }
    return 1 / (rest * rest * variances[0]);
  }
}
