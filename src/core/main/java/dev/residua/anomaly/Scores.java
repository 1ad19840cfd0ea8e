package dev.residua.anomaly;

import java.util.Arrays;

/** Sorted nonconformity scores of calibration frames. */
final class Scores {
  final float[] sorted;

  Scores(float[] values) {
    sorted = values.clone();
    Arrays.sort(sorted);
  }

  int size() {
    return sorted.length;
  }

  /**
   * Conformal p-value {@code (1 + #{s_i >= s}) / (n + 1)}: ties count against the frame, so it is
   * never too small. NaN gives the smallest possible p-value. O(log n).
   */
  float pValue(float score) {
    return (float) (1 + atLeast(score)) / (sorted.length + 1);
  }

  private int atLeast(float score) {
    if (Float.isNaN(score)) {
      return 0;
    }
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] >= score) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return sorted.length - low;
  }
}
