package dev.residua.drift;

/** The standard normal law. */
final class Normal {
  private Normal() {}

  /**
   * {@code P(N <= x)}, relative error below 1e-7 in both tails: a Chebyshev fit of the
   * complementary error function (Numerical Recipes, erfcc, 1.2e-7).
   */
  static double cdf(double x) {
    double y = Math.abs(x) / Math.sqrt(2);
    double t = 1 / (1 + 0.5 * y);
    double tail =
        0.5
            * t
            * Math.exp(
                -y * y
                    - 1.26551223
                    + t
                        * (1.00002368
                            + t
                                * (0.37409196
                                    + t
                                        * (0.09678418
                                            + t
                                                * (-0.18628806
                                                    + t
                                                        * (0.27886807
                                                            + t
                                                                * (-1.13520398
                                                                    + t
                                                                        * (1.48851587
                                                                            + t
                                                                                * (-0.82215223
                                                                                    + t
                                                                                        * 0.17087277)))))))));
    return x > 0 ? 1 - tail : tail;
  }

  /** The inverse of {@link #cdf}, by bisection, for {@code p} in (0, 1); at most 9 in size. */
  static double quantile(double p) {
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
