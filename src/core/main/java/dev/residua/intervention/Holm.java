package dev.residua.intervention;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/** Correction of p-values for the number of tests, under any dependence (Holm, 1979). */
final class Holm {
  private Holm() {}

  /**
   * Corrected p-values, at most 1. A test that gave none (NaN) keeps NaN and counts as a test.
   *
   * @param pValues shape {@code [tests]}
   */
  static double[] corrected(double[] pValues) {
    int m = pValues.length;
    int[] order =
        IntStream.range(0, m)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> pValues[i])) // NaN last
            .mapToInt(Integer::intValue)
            .toArray();
    double[] corrected = new double[m];
    Arrays.fill(corrected, Double.NaN);
    double least = 0;
    for (int k = 0; k < m && !Double.isNaN(pValues[order[k]]); k++) {
      least = Math.max(least, Math.min(1, (m - k) * pValues[order[k]]));
      corrected[order[k]] = least;
    }
    return corrected;
  }
}
