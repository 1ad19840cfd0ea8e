package dev.residua.dynamics;

import java.util.Arrays;

/**
 * Natural cubic spline of one variable without a constant term, linear beyond its outer knots.
 * Immutable. With two knots it is a straight line.
 *
 * <p>Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), section
 * 5.2.1; argument and basis are scaled to the range of the knots.
 *
 * @param knots at least 2, ascending, in units of the argument
 * @param coefficients one per basis function, one fewer than knots, in units of the value
 */
public record SmoothFunction(double[] knots, double[] coefficients) {
  /**
   * @throws IllegalArgumentException if knots are not finite and ascending, or coefficients are not
   *     finite and one fewer
   */
  public SmoothFunction {
    knots = knots.clone();
    coefficients = coefficients.clone();
    if (knots.length < 2 || coefficients.length != knots.length - 1) {
      throw new IllegalArgumentException(
          "a smooth function needs 2 knots or more and one coefficient fewer, got %d and %d"
              .formatted(knots.length, coefficients.length));
    }
    for (int k = 0; k < knots.length; k++) {
      if (!Double.isFinite(knots[k]) || (k > 0 && !(knots[k] > knots[k - 1]))) {
        throw new IllegalArgumentException(
            "knots must be finite and ascending but were " + Arrays.toString(knots));
      }
    }
    if (!Arrays.stream(coefficients).allMatch(Double::isFinite)) {
      throw new IllegalArgumentException(
          "coefficients must be finite but were " + Arrays.toString(coefficients));
    }
  }

  /** A straight line through the middle between two knots. */
  public static SmoothFunction line(double from, double to, double slope) {
    return new SmoothFunction(new double[] {from, to}, new double[] {slope * (to - from)});
  }

  /** The function with all values multiplied. */
  SmoothFunction times(double factor) {
    return new SmoothFunction(knots, Arrays.stream(coefficients).map(c -> factor * c).toArray());
  }

  @Override
  public double[] knots() {
    return knots.clone();
  }

  @Override
  public double[] coefficients() {
    return coefficients.clone();
  }

  /** Returns the value at a point; NaN at NaN. */
  public double value(double x) {
    double sum = 0;
    for (int j = 0; j < coefficients.length; j++) {
      sum += coefficients[j] * basis(knots, j, x);
    }
    return sum;
  }

  /** Returns the derivative at a point; NaN at NaN. */
  public double slope(double x) {
    double sum = 0;
    for (int j = 0; j < coefficients.length; j++) {
      sum += coefficients[j] * basisSlope(knots, j, x);
    }
    return sum;
  }

  /** Returns basis function {@code j} at a point; basis function 0 is a straight line. */
  public static double basis(double[] knots, int j, double x) {
    int last = knots.length - 1;
    double range = knots[last] - knots[0];
    double u = (x - knots[0]) / range;
    if (j == 0) {
      return u - 0.5;
    }
    double at = (knots[j - 1] - knots[0]) / range;
    double inner = (knots[last - 1] - knots[0]) / range;
    double gap = 1 - inner;
    return cube(u - at) - cube(u - inner) * (1 - at) / gap + cube(u - 1) * (inner - at) / gap;
  }

  /** Returns the derivative of basis function {@code j} at a point. */
  public static double basisSlope(double[] knots, int j, double x) {
    int last = knots.length - 1;
    double range = knots[last] - knots[0];
    if (j == 0) {
      return x * 0 + 1 / range;
    }
    double u = (x - knots[0]) / range;
    double at = (knots[j - 1] - knots[0]) / range;
    double inner = (knots[last - 1] - knots[0]) / range;
    double gap = 1 - inner;
    double sum = square(u - at) - square(u - inner) * (1 - at) / gap;
    return 3 * (sum + square(u - 1) * (inner - at) / gap) / range;
  }

  private static double cube(double x) {
    return x <= 0 ? 0 : x * x * x;
  }

  private static double square(double x) {
    return x <= 0 ? 0 : x * x;
  }
}
