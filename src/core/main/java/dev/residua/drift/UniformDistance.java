package dev.residua.drift;

import java.util.Arrays;

/** Distance of p-values from the uniform distribution. */
public final class UniformDistance {
  private UniformDistance() {}

  /**
   * Kolmogorov distance between values and the uniform distribution on [0, 1].
   *
   * @param values in any order, at least one, in [0, 1]
   * @return in [1 / (2 m), 1] for {@code m} values
   */
  public static double of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double largest = 0;
    for (int i = 0; i < sorted.length; i++) {
      double above = (i + 1.0) / sorted.length - sorted[i];
      double below = sorted[i] - (double) i / sorted.length;
      largest = Math.max(largest, Math.max(above, below));
    }
    return largest;
  }
}
