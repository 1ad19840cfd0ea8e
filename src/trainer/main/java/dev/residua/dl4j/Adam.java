package dev.residua.dl4j;

/**
 * Adam (Kingma and Ba, ICLR 2015) with decay 0.9 and 0.999 and {@code epsilon = 1e-8} added to the
 * corrected root, as PyTorch does, over a flat array.
 */
final class Adam {
  private static final double FIRST_DECAY = 0.9;
  private static final double SECOND_DECAY = 0.999;
  private static final float EPSILON = 1e-8f;

  final float[] first;
  final float[] second;

  Adam(int length) {
    this(new float[length], new float[length]);
  }

  /**
   * @param first moments of gradients, not copied
   * @param second moments of squared gradients, not copied
   */
  Adam(float[] first, float[] second) {
    this.first = first;
    this.second = second;
  }

  /**
   * Moves the values {@code from} to {@code to} (exclusive) against their gradient.
   *
   * @param step number of this update, from 0
   */
  void update(float[] values, float[] gradient, int from, int to, double rate, int step) {
    float keepFirst = (float) FIRST_DECAY;
    float addFirst = (float) (1 - FIRST_DECAY);
    float keepSecond = (float) SECOND_DECAY;
    float addSecond = (float) (1 - SECOND_DECAY);
    float pace = (float) (rate / (1 - Math.pow(FIRST_DECAY, step + 1.0)));
    float correction = (float) (1 / Math.sqrt(1 - Math.pow(SECOND_DECAY, step + 1.0)));
    for (int i = from; i < to; i++) {
      float g = gradient[i];
      float m = keepFirst * first[i] + addFirst * g;
      float v = keepSecond * second[i] + addSecond * g * g;
      first[i] = m;
      second[i] = v;
      values[i] -= pace * m / ((float) Math.sqrt(v) * correction + EPSILON);
    }
  }
}
