package dev.residua.drift;

import java.util.Arrays;

/**
 * Exponentially weighted means of the plain features, one for every memory {@code M}: {@code m_t =
 * m_(t-1) + a_t (x_t - m_(t-1))} with {@code a_t = max(1 / M, 1 / t)}, so that the start is a plain
 * mean. With {@code v_t = (1 - a_t)^2 v_(t-1) + a_t^2} the charts see {@code m_t / sqrt(v_t)},
 * which has the variance of one sample while samples are independent. Mutable, for one thread.
 */
final class SlowCharts {
  /** Samples after which a chart is read, at the latest; or its memory, if that is shorter. */
  static final int READ_FROM = 128;

  private final int[] memories;
  private final int from;
  private final int size;
  private final PlainCharts plain;
  private final float[][] means; // [memories][size]
  private final float[] variances;
  private long count;

  SlowCharts(DriftSettings settings, int latents) {
    this.memories = settings.memories();
    this.from = 2 * settings.bandwidths().length * settings.frequencies();
    this.size = FeatureMap.plainSize(settings, latents);
    this.plain = new PlainCharts(settings, latents);
    this.means = new float[memories.length][size];
    this.variances = new float[memories.length];
  }

  void reset() {
    for (float[] mean : means) {
      Arrays.fill(mean, 0);
    }
    Arrays.fill(variances, 0);
    count = 0;
  }

  void push(float[] features) {
    count++;
    for (int i = 0; i < memories.length; i++) {
      float a = 1f / Math.min(count, memories[i]);
      float[] mean = means[i];
      for (int j = 0; j < size; j++) {
        mean[j] += a * (features[from + j] - mean[j]);
      }
      variances[i] = (1 - a) * (1 - a) * variances[i] + a * a;
    }
  }

  /**
   * Chart values of one memory.
   *
   * @param out receives one value per plain chart from index 0
   * @return false, and nothing written, while the chart has seen too little
   */
  boolean values(int memoryIndex, float[] out) {
    if (count < Math.min(READ_FROM, memories[memoryIndex])) {
      return false;
    }
    plain.values(means[memoryIndex], 0, 1 / variances[memoryIndex], out, 0);
    return true;
  }

  /**
   * Returns the variance of the means of one memory, in that of a sample, while they are
   * independent.
   */
  float variance(int memoryIndex) {
    return variances[memoryIndex];
  }

  /**
   * Returns the means of some plain features, in their standard errors.
   *
   * @param plainFrom index of the first among the plain features
   */
  void shifts(int memoryIndex, int plainFrom, float[] into) {
    float error = (float) Math.sqrt(variances[memoryIndex]);
    for (int k = 0; k < into.length; k++) {
      into[k] = means[memoryIndex][plainFrom + k] / error;
    }
  }

  /** Makes the means of one memory smaller by a factor in (0, 1]. */
  void shrink(int memoryIndex, float factor) {
    float[] mean = means[memoryIndex];
    for (int j = 0; j < size; j++) {
      mean[j] *= factor;
    }
  }

  long count() {
    return count;
  }

  /** Variance and means of each memory, {@code [memories][1 + size]}. */
  float[] state() {
    float[] state = new float[memories.length * (1 + size)];
    for (int i = 0; i < memories.length; i++) {
      state[i * (1 + size)] = variances[i];
      System.arraycopy(means[i], 0, state, i * (1 + size) + 1, size);
    }
    return state;
  }

  /**
   * Continues from a state.
   *
   * @throws IllegalArgumentException if it has another size
   */
  void restore(long newCount, float[] state) {
    if (state.length != memories.length * (1 + size) || newCount < 0) {
      throw new IllegalArgumentException(
          "state of slow charts has %d numbers after %d samples, expected %d numbers"
              .formatted(state.length, newCount, memories.length * (1 + size)));
    }
    count = newCount;
    for (int i = 0; i < memories.length; i++) {
      variances[i] = state[i * (1 + size)];
      System.arraycopy(state, i * (1 + size) + 1, means[i], 0, size);
    }
  }
}
