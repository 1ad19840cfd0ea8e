package dev.residua.simulation;

import java.util.Arrays;

/** Plain statistics for assertions. */
final class Stats {
  private Stats() {}

  static double mean(double[] x) {
    return Arrays.stream(x).average().orElseThrow();
  }

  static double sd(double[] x) {
    double mean = mean(x);
    return Math.sqrt(Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow());
  }

  static double min(double[] x) {
    return Arrays.stream(x).min().orElseThrow();
  }

  static double max(double[] x) {
    return Arrays.stream(x).max().orElseThrow();
  }

  static double correlation(double[] x, double[] y) {
    double meanX = mean(x);
    double meanY = mean(y);
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (x[i] - meanX) * (y[i] - meanY);
    }
    return sum / x.length / sd(x) / sd(y);
  }
}
