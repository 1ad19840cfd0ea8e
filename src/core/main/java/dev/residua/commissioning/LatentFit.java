package dev.residua.commissioning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fits one residual over some intervals of a window.
 *
 * <ol>
 *   <li>Location: a Huber mean of the means of the intervals, so all frames count and a few wild
 *       ones do not.
 *   <li>Filter: least squares for each order up to 4 on residuals cut at 6 scales; the order
 *       minimises Bayes' information criterion; the bias of order {@code 1 / n} is removed by the
 *       jackknife over both halves (Quenouille 1956).
 *   <li>Scale: {@link RobustScale} of the innovations, which are not cut.
 *   <li>Effective samples: frames over the autocorrelation time. That of the filter counts, unless
 *       the means of the intervals show a time that is longer beyond chance; their correlations are
 *       summed up to a lag of five times their own sum (Sokal 1997).
 * </ol>
 *
 * O(frames kept x order squared).
 */
final class LatentFit {
  private static final int ORDERS = Autoregression.MAX_ORDER;

  /** Standard deviations from which a mean counts less. */
  private static final double HUBER = 3;

  private static final double CUT = 6;

  /** Residuals per half that the jackknife needs, for each coefficient. */
  private static final int ENOUGH = 30;

  /**
   * Largest bias that is removed, times the residuals: twice that of a first order near 1. A change
   * inside the window looks like a larger one.
   */
  private static final double MOST_BIAS = 8;

  /** Standard errors by which the means of the intervals must contradict the filter. */
  private static final double BEYOND_CHANCE = 3;

  /** Effective samples from which a slope is estimated, and the error that it may have. */
  private static final double SLOPE_SAMPLES = 30;

  private static final double SLOPE_ERROR = 0.1;

  private final CommissioningWindow window;
  private final int latent;
  private final int from;
  private final int to;
  private final double[] x; // residuals kept, less the location
  private final int[] past; // residuals right before each, at most ORDERS
  private final double marginal;
  private final LatentCalibration calibration;
  private final double[] innovations; // standardised, of residuals with enough past

  private LatentFit(CommissioningWindow window, int latent, int from, int to) {
    this.window = window;
    this.latent = latent;
    this.from = from;
    this.to = to;
    int n = 0;
    for (int i = from; i < to; i++) {
      n += window.interval(i).kept;
    }
    this.x = new double[n];
    this.past = new int[n];
    double location = location();
    int at = 0;
    for (int i = from; i < to; i++) {
      CommissioningWindow.Interval interval = window.interval(i);
      for (int j = 0; j < interval.kept; j++, at++) {
        x[at] = interval.residuals[j * window.latents() + latent] - location;
        boolean starts = j == 0 && !(i > from && interval.follows);
        past[at] = starts ? 0 : Math.min(ORDERS, past[at - 1] + 1);
      }
    }
    double floor = 1e-6 * (1 + Math.abs(location));
    this.marginal = Math.max(floor, RobustScale.of(x, n));
    double[] cut = new double[n];
    for (int t = 0; t < n; t++) {
      cut[t] = Math.max(-CUT, Math.min(CUT, x[t] / marginal));
    }
    Autoregression filter = Autoregression.nearest(coefficients(cut));
    double[] raw = innovations(filter, location, location, 1);
    double scale = Math.max(floor, RobustScale.of(raw, raw.length));
    for (int t = 0; t < raw.length; t++) {
      raw[t] /= scale;
    }
    this.innovations = raw;
    double effective = Math.max(1, frames() / time(filter));
    List<Double> coefficients = Arrays.stream(filter.coefficients()).boxed().toList();
    this.calibration =
        new LatentCalibration(
            location,
            scale,
            coefficients,
            slope(scale * Math.sqrt(filter.variance()), effective),
            effective);
  }

  /**
   * @param from first interval, complete
   * @param to the one after the last; at least 8 intervals
   */
  static LatentFit of(CommissioningWindow window, int latent, int from, int to) {
    return new LatentFit(window, latent, from, to);
  }

  LatentCalibration calibration() {
    return calibration;
  }

  /** Scale of the residuals themselves, by their own values rather than the filter. */
  double marginal() {
    return marginal;
  }

  /** Standardised innovations of the frames that were fitted; not copied. */
  double[] innovations() {
    return innovations;
  }

  /** Returns the innovations of these frames under another calibration, standardised by it. */
  double[] innovations(LatentCalibration other) {
    return innovations(
        Autoregression.of(other.coefficients()),
        calibration.location(),
        other.location(),
        other.scale());
  }

  private double[] innovations(
      Autoregression filter, double centre, double location, double scale) {
    int order = filter.order();
    double[] predictor = filter.predictor(order);
    double rest = 1;
    for (double coefficient : predictor) {
      rest -= coefficient;
    }
    double shift = rest * (centre - location);
    double[] left = new double[x.length];
    int used = 0;
    for (int t = 0; t < x.length; t++) {
      if (past[t] >= order) {
        double value = x[t] + shift;
        for (int i = 0; i < order; i++) {
          value -= predictor[i] * x[t - 1 - i];
        }
        left[used++] = value / scale;
      }
    }
    return Arrays.copyOf(left, used);
  }

  /** Frames of the intervals. */
  long frames() {
    long frames = 0;
    for (int i = from; i < to; i++) {
      frames += window.interval(i).frames;
    }
    return frames;
  }

  private double location() {
    int n = to - from;
    double[] means = new double[n];
    for (int i = 0; i < n; i++) {
      means[i] = window.interval(from + i).meanResidual(latent);
    }
    double[] sorted = means.clone();
    Arrays.sort(sorted);
    double centre = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    double[] deviations = new double[n];
    for (int step = 0; step < 50; step++) {
      for (int i = 0; i < n; i++) {
        deviations[i] = means[i] - centre;
      }
      double bound = HUBER * RobustScale.of(deviations, n);
      double move = 0;
      for (double deviation : deviations) {
        move += Math.max(-bound, Math.min(bound, deviation)) / n;
      }
      centre += move;
      if (Math.abs(move) <= 1e-4 * bound / Math.sqrt(n)) {
        break;
      }
    }
    return centre;
  }

  private double[] coefficients(double[] y) {
    LeastSquares first = new LeastSquares(ORDERS);
    LeastSquares second = new LeastSquares(ORDERS);
    int half = y.length / 2;
    for (int t = 0; t < y.length; t++) {
      if (past[t] >= ORDERS) {
        (t < half ? first : second).add(y, t);
      }
    }
    LeastSquares all = first.plus(second);
    if (all.count() < 20 * ORDERS) {
      return new double[0];
    }
    double best = all.criterion(0);
    int order = 0;
    for (int p = 1; p <= ORDERS; p++) {
      double criterion = all.criterion(p);
      if (criterion < best) {
        best = criterion;
        order = p;
      }
    }
    double[] fit = all.coefficients(order);
    if (Math.min(first.count(), second.count()) >= ENOUGH * order) {
      double[] a = first.coefficients(order);
      double[] b = second.coefficients(order);
      double most = MOST_BIAS / all.count();
      for (int i = 0; i < order; i++) {
        double bias = (a[i] + b[i]) / 2 - fit[i];
        fit[i] -= Math.max(-most, Math.min(most, bias));
      }
    }
    return fit;
  }

  /** Autocorrelation time in frames. */
  private double time(Autoregression filter) {
    int n = to - from;
    List<Double> means = new ArrayList<>();
    for (int i = from; i < to; i++) {
      means.add(window.interval(i).meanResidual(latent));
    }
    double mean = means.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    double variance = 0;
    for (double each : means) {
      variance += (each - mean) * (each - mean) / n;
    }
    double sum = 1;
    int lag = 1;
    for (; lag < n / 4 && lag < 5 * sum && variance > 0; lag++) {
      double product = 0;
      for (int i = lag; i < n; i++) {
        product += (means.get(i) - mean) * (means.get(i - lag) - mean) / n;
      }
      sum += 2 * product / variance;
    }
    double single = 0; // not cut, as the means are not
    for (double each : x) {
      single += each * each / x.length;
    }
    double seen = single > 0 ? variance * sum * frames() / n / single : 1;
    double error = Math.sqrt(2 * (2 * lag + 1) / (double) n);
    double fitted = filter.time();
    return seen > fitted * (1 + BEYOND_CHANCE * error) ? seen : fitted;
  }

  private double slope(double spread, double effective) {
    double n = frames();
    double e = 0;
    double f = 0;
    double ff = 0;
    double ef = 0;
    for (int i = from; i < to; i++) {
      CommissioningWindow.Interval interval = window.interval(i);
      e += interval.sum(latent, 0) / n;
      f += interval.sum(latent, 1) / n;
      ff += interval.sum(latent, 2) / n;
      ef += interval.sum(latent, 3) / n;
    }
    double variance = ff - f * f;
    boolean known =
        effective >= SLOPE_SAMPLES
            && variance > 1e-9 * (1e-9 + ff)
            && spread <= SLOPE_ERROR * Math.sqrt(variance * effective);
    return known ? 1 + (ef - e * f) / variance : 1;
  }
}
