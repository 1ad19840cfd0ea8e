package dev.residua.anomaly;

/**
 * Generalised Pareto distribution of the excess over a threshold: {@code P(X > x) = (1 + shape x /
 * scale)^(-1/shape)}, and {@code exp(-x / scale)} for shape 0. Many distributions have such a tail
 * far out (Pickands 1975).
 *
 * @param shape in [0, 0.5]; 0 is exponential, larger is heavier
 * @param scale in the unit of the excesses, above 0
 */
public record GeneralizedPareto(double shape, double scale) {
  /** Heavier tails have no variance, nor has their estimate. */
  static final double MAX_SHAPE = 0.5;

  private static final double SHAPE_ERROR = 1.3;

  public GeneralizedPareto {
    if (!(shape >= 0 && shape <= MAX_SHAPE)) {
      throw new IllegalArgumentException(
          "shape must be in [0, %s] but was %s".formatted(MAX_SHAPE, shape));
    }
    if (!(scale > 0 && Double.isFinite(scale))) {
      throw new IllegalArgumentException("scale must be above 0 but was " + scale);
    }
  }

  /**
   * Fits by probability-weighted moments: with {@code a0} the mean of the ascending excesses {@code
   * x_j} and {@code a1} the mean of {@code (1 - (j - 0.35) / n) x_j}, {@code shape = 2 - a0 / (a0 -
   * 2 a1)}. They have a smaller error than maximum likelihood below some 500 excesses and always
   * exist.
   *
   * <p>The shape is then raised by {@code margin} standard errors and brought into [0, 0.5], and
   * the scale becomes {@code a0 (1 - shape)}, which keeps the mean. A negative shape would end the
   * distribution at a finite value, beyond which nothing is possible: too much to conclude from
   * some hundred excesses, so light tails count as exponential ones, whose p-values are larger.
   *
   * <p>With {@code n} excesses of a distribution of this family the standard error of the shape is
   * taken to be {@code 1.3 / sqrt(n)}; 1.2 was measured for exponential ones. O(n).
   *
   * <p>Source: Hosking and Wallis, Parameter and Quantile Estimation for the Generalized Pareto
   * Distribution, Technometrics 29 (1987), section 3; their k is minus the shape.
   *
   * @param excesses ascending, at least 0, at least two
   * @param margin standard errors by which the shape is raised, at least 0
   * @param leastScale smallest scale, for excesses that are all 0; above 0
   */
  public static GeneralizedPareto fit(double[] excesses, double margin, double leastScale) {
    int n = excesses.length;
    if (n < 2) {
      throw new IllegalArgumentException("a tail needs at least 2 excesses but got " + n);
    }
    double a0 = 0;
    double a1 = 0;
    for (int j = 0; j < n; j++) {
      double x = excesses[j];
      if (!(x >= (j == 0 ? 0 : excesses[j - 1]))) {
        throw new IllegalArgumentException(
            "excesses must ascend from 0 but excess %d is %s".formatted(j, x));
      }
      a0 += x / n;
      a1 += (1 - (j + 1 - 0.35) / n) * x / n;
    }
    double denominator = a0 - 2 * a1;
    double shape = denominator > 0 ? 2 - a0 / denominator : 0;
    shape = Math.max(0, Math.min(MAX_SHAPE, shape + margin * SHAPE_ERROR / Math.sqrt(n)));
    return new GeneralizedPareto(shape, Math.max(leastScale, a0 * (1 - shape)));
  }

  /**
   * Probability of a larger excess.
   *
   * @param excess at least 0
   * @return in [0, 1]; 0 by underflow
   */
  public double survival(double excess) {
    return shape == 0
        ? Math.exp(-excess / scale)
        : Math.exp(-Math.log1p(shape * excess / scale) / shape);
  }
}
