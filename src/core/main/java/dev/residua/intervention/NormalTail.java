package dev.residua.intervention;

import dev.residua.causal.Normal;

/** Two-sided tail of the standard normal distribution and its inverse. */
final class NormalTail {
  /** Smallest p-value returned; below it a normal tail describes no real data. */
  static final double SMALLEST = 1e-16;

  private NormalTail() {}

  /** {@code P(|Z| >= |z|)}, relative error below 2e-7, at least {@link #SMALLEST}, at most 1. */
  static double twoSided(double z) {
    return Math.min(1, Math.max(SMALLEST, Normal.twoSided(z)));
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
    return -Normal.quantile(p / 2);
  }
}
