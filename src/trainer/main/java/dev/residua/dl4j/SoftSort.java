package dev.residua.dl4j;

import java.util.Arrays;

/**
 * SoftSort (Prillo and Eisenschlos, ICML 2020): scores s, larger first, are relaxed to {@code
 * P[r][j] = softmax_j(-|s_(r) - s_j| / t)}, where {@code s_(r)} is the r-th largest. With Gumbel
 * noise in the scores the hard order is a draw from the Plackett-Luce distribution.
 */
final class SoftSort implements OrderSample {
  private final double[] scores;
  private final double temperature;
  private final int[] order;
  private final double[] soft;

  /**
   * @param scores with their noise, shape {@code [d]}
   * @param temperature above 0
   */
  SoftSort(double[] scores, double temperature) {
    this.scores = scores.clone();
    this.temperature = temperature;
    this.order = order(scores);
    int d = scores.length;
    this.soft = new double[d * d];
    for (int r = 0; r < d; r++) {
      double total = 0;
      for (int j = 0; j < d; j++) {
        double weight = Math.exp(-Math.abs(scores[order[r]] - scores[j]) / temperature);
        soft[r * d + j] = weight;
        total += weight;
      }
      for (int j = 0; j < d; j++) {
        soft[r * d + j] /= total;
      }
    }
  }

  /** Indices by falling score, equal ones by index. */
  static int[] order(double[] scores) {
    Integer[] indices = new Integer[scores.length];
    Arrays.setAll(indices, i -> i);
    Arrays.sort(indices, (a, b) -> Double.compare(scores[b], scores[a]));
    return Arrays.stream(indices).mapToInt(Integer::intValue).toArray();
  }

  @Override
  public int[] hard() {
    return order;
  }

  @Override
  public double[] soft() {
    return soft;
  }

  @Override
  public double[] backward(double[] gradient) {
    int d = scores.length;
    double[] result = new double[d];
    for (int r = 0; r < d; r++) {
      double mean = 0;
      for (int j = 0; j < d; j++) {
        mean += soft[r * d + j] * gradient[r * d + j];
      }
      for (int j = 0; j < d; j++) {
        double slope =
            soft[r * d + j]
                * (gradient[r * d + j] - mean)
                * Math.signum(scores[order[r]] - scores[j])
                / temperature;
        result[order[r]] -= slope;
        result[j] += slope;
      }
    }
    return result;
  }
}
