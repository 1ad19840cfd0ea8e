package dev.residua.drift;

import java.nio.ByteBuffer;
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

  /** Forgets everything. */
  void reset() {
    for (float[] mean : means) {
      Arrays.fill(mean, 0);
    }
    Arrays.fill(variances, 0);
    count = 0;
  }

  /** Adds one feature vector, as {@link WindowSums#push} takes it. */
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
   * @param out receives one value a plain chart from index 0
   * @return false, and nothing written, while the chart has seen too little
   */
  boolean values(int memoryIndex, float[] out) {
    if (count < Math.min(READ_FROM, memories[memoryIndex])) {
      return false;
    }
    plain.values(means[memoryIndex], 0, 1 / variances[memoryIndex], out, 0);
    return true;
  }

  /** Makes the means of one memory smaller by a factor in (0, 1]. */
  void shrink(int memoryIndex, float factor) {
    float[] mean = means[memoryIndex];
    for (int j = 0; j < size; j++) {
      mean[j] *= factor;
    }
  }

  /** Size of {@link #write} for any settings. */
  static int bytes(int latents) {
    return Long.BYTES + DriftSettings.MAX_MEMORIES * Float.BYTES * (1 + 3 * latents + 1);
  }

  /** Writes {@link #bytes} bytes; what these settings do not use is zero. */
  void write(ByteBuffer out, int latents) {
    int end = out.position() + bytes(latents);
    out.putLong(count);
    for (int i = 0; i < memories.length; i++) {
      out.putFloat(variances[i]);
      for (float value : means[i]) {
        out.putFloat(value);
      }
    }
    while (out.position() < end) {
      out.put((byte) 0);
    }
  }

  void read(ByteBuffer in) {
    count = in.getLong();
    for (int i = 0; i < memories.length; i++) {
      variances[i] = in.getFloat();
      for (int j = 0; j < size; j++) {
        means[i][j] = in.getFloat();
      }
    }
  }
}
