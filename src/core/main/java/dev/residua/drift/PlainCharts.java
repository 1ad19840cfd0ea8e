package dev.residua.drift;

/** Chart values of the part of a summed feature vector that is not the kernels'. Immutable. */
final class PlainCharts {
  private final int latents;
  private final boolean linear;
  private final boolean mean;
  private final boolean spread;
  private final boolean energy;

  PlainCharts(DriftSettings settings, int latents) {
    this.latents = latents;
    this.linear = settings.linear();
    this.mean = settings.mean();
    this.spread = settings.spread();
    this.energy = settings.energy();
  }

  /**
   * Squared norm of the whitened sum, largest square of the plain sums, largest square of the
   * second moments, square of the energy; those that are on.
   *
   * @param sums from {@code from}, in the order of {@link FeatureMap}
   * @param factor multiplies every value
   * @param out receives one value per chart from {@code at}
   */
  void values(float[] sums, int from, float factor, float[] out, int at) {
    int next = from;
    int chart = at;
    if (linear) {
      float sum = 0;
      for (int i = 0; i < latents; i++) {
        float value = sums[next++];
        sum += value * value;
      }
      out[chart++] = factor * sum;
    }
    if (mean) {
      out[chart++] = factor * largestSquare(sums, next);
      next += latents;
    }
    if (spread) {
      out[chart++] = factor * largestSquare(sums, next);
      next += latents;
    }
    if (energy) {
      out[chart] = factor * sums[next] * sums[next];
    }
  }

  private float largestSquare(float[] sums, int from) {
    float largest = 0;
    for (int i = 0; i < latents; i++) {
      float value = sums[from + i];
      largest = Math.max(largest, value * value);
    }
    return largest;
  }
}
