package dev.residua.causal;

/**
 * The standard normal distribution. Own code because thresholds in bundles were calibrated with
 * exactly these bits; a library's exact one differs from the seventh digit on.
 */
public final class Normal {
  /** Coefficients of the fit, by power of {@code t = 1 / (1 + x / 2)}. */
  private static final double[] FIT = {
    -1.26551223,
    1.00002368,
    0.37409196,
    0.09678418,
    -0.18628806,
    0.27886807,
    -1.13520398,
    1.48851587,
    -0.82215223,
    0.17087277
  };

  private Normal() {}

  /**
   * {@code P(|N| >= |z|)}, relative error below 2e-7 for every z.
   *
   * <p>Source: the Chebyshev fit of the complementary error function in W. Press et al., Numerical
   * Recipes in C (1992), section 6.2.
   */
  public static double twoSided(double z) {
    double x = Math.abs(z) / Math.sqrt(2);
    double t = 1 / (1 + 0.5 * x);
    double sum = 0;
    for (int k = FIT.length - 1; k >= 0; k--) {
      sum = sum * t + FIT[k];
    }
    return t * Math.exp(-x * x + sum);
  }

  /** {@code P(N <= x)}, relative error below 2e-7 in the lower tail. */
  public static double cdf(double x) {
    double tail = 0.5 * twoSided(x);
    return x > 0 ? 1 - tail : tail;
  }

  /** The inverse of {@link #cdf}, by bisection, for {@code p} in (0, 1); at most 9 in size. */
  public static double quantile(double p) {
    if (p > 0.5) {
      return -quantile(1 - p);
    }
    double low = -9;
    double high = 0;
    for (int i = 0; i < 48; i++) {
      double middle = 0.5 * (low + high);
      if (cdf(middle) < p) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return 0.5 * (low + high);
  }
}
