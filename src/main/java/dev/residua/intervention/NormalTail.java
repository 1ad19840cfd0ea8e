package dev.residua.intervention;

/** Tail of the standard normal distribution and its inverse. */
final class NormalTail {
  /** Smallest p-value that is given out: below it a normal tail says nothing of the world. */
  static final double SMALLEST = 1e-16;

  private NormalTail() {}

  /**
   * {@code P(|Z| >= |z|)}, relative error below 2e-7, at least {@link #SMALLEST}.
   *
   * <p>Source: the Chebyshev fit of the complementary error function in W. Press et al., Numerical
   * Recipes in C (1992), section 6.2.
   */
  static double twoSided(double z) {
    double x = Math.abs(z) / Math.sqrt(2);
    double t = 1 / (1 + 0.5 * x);
    double[] c = {
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
    double sum = 0;
    for (int k = c.length - 1; k >= 0; k--) {
      sum = sum * t + c[k];
    }
    double tail = t * Math.exp(-x * x + sum);
    return Math.min(1, Math.max(SMALLEST, tail));
  }

  /**
   * The {@code z >= 0} with {@code P(|Z| >= z) = p}, to 1e-9.
   *
   * @param p in ({@link #SMALLEST}, 1]
   */
  static double twoSidedQuantile(double p) {
    if (!(p > SMALLEST && p <= 1)) {
      throw new IllegalArgumentException("p must be in (%s, 1] but was %s".formatted(SMALLEST, p));
    }
    double low = 0;
    double high = 9;
    while (high - low > 1e-9) {
      double middle = (low + high) / 2;
      if (twoSided(middle) > p) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return (low + high) / 2;
  }
}
