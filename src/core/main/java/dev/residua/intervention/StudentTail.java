package dev.residua.intervention;

/** Two-sided tail of Student's t distribution. */
final class StudentTail {
  /** Size from which all give the smallest p-value; larger squares overflow. */
  private static final double LARGEST = 1e9;

  private StudentTail() {}

  /**
   * {@code P(|T| >= |t|)}, relative error below 1 % for 8 or more degrees of freedom and p-values
   * above 1e-12; at least {@link NormalTail#SMALLEST}.
   *
   * <p>Source: the normalising transformation of G. W. Hill, Algorithm 395, Communications of the
   * ACM 13 (1970).
   *
   * @param degreesOfFreedom at least 1
   */
  static double twoSided(double t, double degreesOfFreedom) {
    double size = Math.min(LARGEST, Math.abs(t));
    double a = degreesOfFreedom - 0.5;
    double b = 48 * a * a;
    double y = a * Math.log1p(size * size / degreesOfFreedom);
    double series = (((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b) + y + 3;
    return NormalTail.twoSided((series / b + 1) * Math.sqrt(y));
  }
}
