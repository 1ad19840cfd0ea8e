package dev.residua.bench;

import java.util.Arrays;

/** The median of measured figures. */
public final class Median {
  private Median() {}

  /** The upper median, NaN if any figure is. */
  public static double of(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted); // NaN last
    return Double.isNaN(sorted[sorted.length - 1]) ? Double.NaN : sorted[sorted.length / 2];
  }
}
