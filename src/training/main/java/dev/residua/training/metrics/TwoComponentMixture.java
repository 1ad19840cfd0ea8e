package dev.residua.training.metrics;

import java.util.Arrays;
import java.util.Comparator;

/**
 * The best division of points into two groups along their first principal component, each with at
 * least a quarter of the points.
 *
 * @param second whether each point is in the second group, shape {@code [n]}
 * @param share of the points' variance that is between the means of the groups, in [0, 1]; about 2
 *     / pi for many normal numbers, 3 / 4 for uniform ones, 1 for two values; 0 if all are equal
 */
@SuppressWarnings("ArrayRecordComponent")
public record TwoComponentMixture(boolean[] second, double share) {
  /** Fewest points. */
  public static final int MIN_POINTS = 8;

  private static final int ITERATIONS = 50;

  /** Variance, relative to the squares of the points, that is rounding alone. */
  private static final double ROUNDING = 1e-20;

  /**
   * Divides points. O(n^2 d).
   *
   * @param points shape {@code [n][d]}, {@code n >= 8}
   * @throws IllegalArgumentException if there are fewer
   */
  public static TwoComponentMixture of(double[][] points) {
    int n = points.length;
    if (n < MIN_POINTS) {
      throw new IllegalArgumentException(
          "two groups need at least %d points but got %d".formatted(MIN_POINTS, n));
    }
    double[][] products = products(points);
    double total = total(products, points);
    boolean[] best = new boolean[n];
    double between = 0;
    if (total > 0) {
      double[] along = firstComponent(products);
      Integer[] order = new Integer[n];
      Arrays.setAll(order, i -> i);
      Arrays.sort(order, Comparator.comparingDouble(i -> along[i]));
      for (int first = n / 4; first <= n - n / 4; first++) {
        boolean[] second = new boolean[n];
        for (int i = first; i < n; i++) {
          second[order[i]] = true;
        }
        double own = between(products, second);
        if (own > between) {
          between = own;
          best = second;
        }
      }
    }
    return new TwoComponentMixture(best, total > 0 ? between / total : 0);
  }

  /**
   * The share of the variance of other points, in the same order, that is between the two groups.
   *
   * @param points shape {@code [n][d]}
   */
  public double shareOf(double[][] points) {
    double[][] products = products(points);
    double total = total(products, points);
    return total > 0 ? between(products, second) / total : 0;
  }

  /** Sum of squares of the deviations from the mean; 0 if that is rounding. */
  private static double total(double[][] products, double[][] points) {
    double total = 0;
    double squares = 0;
    for (int i = 0; i < points.length; i++) {
      total += products[i][i];
      for (double value : points[i]) {
        squares += value * value;
      }
    }
    return total > ROUNDING * squares ? total : 0;
  }

  /** Products of the deviations from the mean, shape {@code [n][n]}. */
  private static double[][] products(double[][] points) {
    int n = points.length;
    int d = points[0].length;
    double[] mean = new double[d];
    for (double[] point : points) {
      for (int k = 0; k < d; k++) {
        mean[k] += point[k] / n;
      }
    }
    double[][] products = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = 0;
        for (int k = 0; k < d; k++) {
          sum += (points[i][k] - mean[k]) * (points[j][k] - mean[k]);
        }
        products[i][j] = sum;
        products[j][i] = sum;
      }
    }
    return products;
  }

  /** Coordinates of the points along the first component, up to a factor, by power iteration. */
  private static double[] firstComponent(double[][] products) {
    int n = products.length;
    int farthest = 0;
    for (int i = 0; i < n; i++) {
      farthest = products[i][i] > products[farthest][farthest] ? i : farthest;
    }
    double[] v = products[farthest].clone();
    for (int step = 0; step < ITERATIONS; step++) {
      double[] next = new double[n];
      double norm = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          next[i] += products[i][j] * v[j];
        }
        norm += next[i] * next[i];
      }
      double length = Math.sqrt(norm);
      Arrays.setAll(v, i -> next[i] / length);
    }
    return v;
  }

  /** Sum of squares between the groups: {@code |s|^2 (1 / n1 + 1 / n2)}, s the sum of one group. */
  private static double between(double[][] products, boolean[] second) {
    double squared = 0;
    int size = 0;
    for (int i = 0; i < second.length; i++) {
      size += second[i] ? 1 : 0;
      for (int j = 0; second[i] && j < second.length; j++) {
        squared += second[j] ? products[i][j] : 0;
      }
    }
    return size == 0 || size == second.length
        ? 0
        : squared * (1.0 / size + 1.0 / (second.length - size));
  }
}
