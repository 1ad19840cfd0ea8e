package dev.residua.drift;

/**
 * Sine and cosine of many angles, in plain float arithmetic: the compiler vectorises it, and every
 * Java platform gives the same bits, which restored detectors rely on.
 */
final class SineCosine {
  // Adding and subtracting 1.5 * 2^23 rounds a float below 2^22 to the nearest integer.
  private static final float ROUND = 12_582_912f;

  private static final float S1 = (float) Math.PI;
  private static final float S3 = -5.16771278f;
  private static final float S5 = 2.55016404f;
  private static final float S7 = -0.599264529f;
  private static final float S9 = 0.0821458866f;
  private static final float S11 = -0.00737043094f;
  private static final float C2 = -4.93480220f;
  private static final float C4 = 4.05871213f;
  private static final float C6 = -1.33526277f;
  private static final float C8 = 0.235330630f;
  private static final float C10 = -0.0258068914f;
  private static final float C12 = 0.00192957430f;

  private SineCosine() {}

  /**
   * {@code cos(2 pi u)} and {@code sin(2 pi u)} for angles {@code u} in turns. Absolute error below
   * 1e-6 for {@code |u| <= 8} (Taylor polynomials of half the angle, then doubling); beyond that
   * the error of {@code u} as a float comes on top. {@code |u|} must be below 2^22.
   *
   * @param turns angles, overwritten with their fractions of a turn
   * @param cosines receives as many values as there are angles
   * @param sines likewise
   */
  static void of(float[] turns, float[] cosines, float[] sines) {
    int n = turns.length;
    for (int j = 0; j < n; j++) {
      float u = turns[j];
      turns[j] = u - ((u + ROUND) - ROUND);
    }
    for (int j = 0; j < n; j++) {
      float u = turns[j];
      float q = u * u;
      float s = u * (S1 + q * (S3 + q * (S5 + q * (S7 + q * (S9 + q * S11)))));
      sines[j] = s;
      cosines[j] = 1f - 2f * s * s;
    }
    for (int j = 0; j < n; j++) {
      float u = turns[j];
      float q = u * u;
      float c = 1f + q * (C2 + q * (C4 + q * (C6 + q * (C8 + q * (C10 + q * C12)))));
      sines[j] = 2f * sines[j] * c;
    }
  }
}
