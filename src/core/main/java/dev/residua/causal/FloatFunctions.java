package dev.residua.causal;

/** Functions of many floats in plain arithmetic, which the compiler vectorises. */
final class FloatFunctions {
  // Adding and subtracting 1.5 * 2^23 rounds a float below 2^22 to the nearest integer.
  private static final float ROUND = 12_582_912f;

  private static final float C2 = -19.7392088f; // of cos(2 pi u): (2 pi)^2 / 2!
  private static final float C4 = 64.9393940f;
  private static final float C6 = -85.4568172f;
  private static final float C8 = 60.2446414f;
  private static final float C10 = -26.4262568f;
  private static final float C12 = 7.90353637f;
  private static final float C14 = -1.71439071f;

  private static final double E2 = 1 / 2.0; // of exp(y): 1 / 2!
  private static final double E3 = 1 / 6.0;
  private static final double E4 = 1 / 24.0;
  private static final double E5 = 1 / 120.0;
  private static final double E6 = 1 / 720.0;
  private static final double E7 = 1 / 5_040.0;
  private static final double E8 = 1 / 40_320.0;
  private static final double E9 = 1 / 362_880.0;
  private static final double E10 = 1 / 3_628_800.0;
  private static final double E11 = 1 / 39_916_800.0;

  /** Smaller exponents count as this one: {@code exp(-64)} is 1.6e-28. */
  private static final double SMALLEST = -64;

  private FloatFunctions() {}

  /**
   * {@code cos(2 pi u)} in place, for angles {@code u} in turns. Absolute error below 4e-7 for
   * {@code |u| <= 1}; beyond that the rounding of {@code u} itself comes on top. {@code |u|} must
   * be below 2^22.
   */
  static void cosine(float[] turns) {
    for (int j = 0; j < turns.length; j++) {
      float u = turns[j];
      u -= (u + ROUND) - ROUND;
      // A quarter turn at most: cos(2 pi u) = -cos(2 pi (|u| - 1/2)), via half the angle instead
      // of a branch: cos(2 pi u) = 2 cos(pi u)^2 - 1.
      float q = 0.25f * u * u;
      float c = 1f + q * (C2 + q * (C4 + q * (C6 + q * (C8 + q * (C10 + q * (C12 + q * C14))))));
      turns[j] = 2f * c * c - 1f;
    }
  }

  /**
   * {@code exp(scale x_j)} for {@code scale x_j <= 0}: relative error below 1.2e-7 down to
   * exponents of -32 and below 5e-7 down to -64, its end. In double precision inside: a Taylor
   * polynomial of a 64th of the exponent is squared six times.
   */
  static void exp(float[] x, float scale, float[] into) {
    double part = scale / 64.0;
    for (int j = 0; j < x.length; j++) {
      double y = Math.max(part * x[j], SMALLEST / 64);
      double low = 1 + y * (1 + y * (E2 + y * (E3 + y * (E4 + y * E5))));
      double high = E6 + y * (E7 + y * (E8 + y * (E9 + y * (E10 + y * E11))));
      double y3 = y * y * y;
      double e = low + y3 * y3 * high;
      e *= e;
      e *= e;
      e *= e;
      e *= e;
      e *= e;
      e *= e;
      into[j] = (float) e;
    }
  }

  /** Dot product of weights with the values from {@code offset} on, in eight partial sums. */
  static float dot(float[] weights, float[] values, int offset) {
    float[] sums = new float[8];
    int i = 0;
    for (; i + 7 < weights.length; i += 8) {
      for (int k = 0; k < 8; k++) {
        sums[k] += weights[i + k] * values[offset + i + k];
      }
    }
    float tail = 0;
    for (; i < weights.length; i++) {
      tail += weights[i] * values[offset + i];
    }
    return tail
        + ((sums[0] + sums[1]) + (sums[2] + sums[3]))
        + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  }
}
