package dev.residua.bench.experiment;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Statistic of a window of frames. A channel turns the rows of a window into a fixed number of
 * statistics, each of which belongs to one node.
 *
 * @param name of the channel in tables
 * @param nodes how many nodes it has
 * @param pairs whether the correlation of every pair of nodes counts, as the node that is later in
 *     {@code order}
 * @param causes nodes whose correlation with their structural prediction counts: {@code true} for
 *     nodes with parents; null if the channel has no predictions
 */
record Channel(String name, int nodes, boolean pairs, boolean @Nullable [] causes) {
  /** Frames of one window: {@code values} and, if there are any, {@code expected}, [n][d]. */
  record Rows(double[][] values, double @Nullable [][] expected) {
    int size() {
      return values.length;
    }

    Rows select(int[] index) {
      double[][] v = new double[index.length][];
      double[][] e = expected == null ? null : new double[index.length][];
      for (int i = 0; i < index.length; i++) {
        v[i] = values[index[i]];
        if (e != null && expected != null) {
          e[i] = expected[index[i]];
        }
      }
      return new Rows(v, e);
    }
  }

  /** Node of each statistic, in the order of {@link #statistics}. */
  int[] owners() {
    List<Integer> owners = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      owners.add(i);
      owners.add(i);
      if (causes != null && causes[i]) {
        owners.add(i);
      }
    }
    if (pairs) {
      for (int i = 0; i < nodes; i++) {
        for (int j = i + 1; j < nodes; j++) {
          owners.add(j);
        }
      }
    }
    return owners.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Statistics of one window: of each node the mean, the logarithm of the variance and, if it has
   * causes, the Fisher transform {@code atanh r} of the correlation of its value with its
   * prediction; then {@code atanh r} of every pair. O(n d^2).
   *
   * @param window at least 4 rows
   */
  double[] statistics(Rows window) {
    double[] out = new double[owners().length];
    int at = 0;
    for (int i = 0; i < nodes; i++) {
      double mean = mean(window.values(), i);
      double variance = covariance(window.values(), i, mean, window.values(), i, mean);
      out[at++] = mean;
      out[at++] = Math.log(variance + 1e-12);
      if (causes != null && causes[i]) {
        double[][] expected = window.expected();
        if (expected == null) {
          throw new IllegalArgumentException("channel " + name + " needs expected values");
        }
        out[at++] = fisher(window.values(), i, expected, i);
      }
    }
    if (pairs) {
      for (int i = 0; i < nodes; i++) {
        for (int j = i + 1; j < nodes; j++) {
          out[at++] = fisher(window.values(), i, window.values(), j);
        }
      }
    }
    return out;
  }

  private static double mean(double[][] rows, int column) {
    double sum = 0;
    for (double[] row : rows) {
      sum += row[column];
    }
    return sum / rows.length;
  }

  private static double covariance(
      double[][] x, int i, double meanX, double[][] y, int j, double meanY) {
    double sum = 0;
    for (int r = 0; r < x.length; r++) {
      sum += (x[r][i] - meanX) * (y[r][j] - meanY);
    }
    return sum / (x.length - 1);
  }

  private static double fisher(double[][] x, int i, double[][] y, int j) {
    double meanX = mean(x, i);
    double meanY = mean(y, j);
    double scale =
        Math.sqrt(
            covariance(x, i, meanX, x, i, meanX) * covariance(y, j, meanY, y, j, meanY) + 1e-24);
    double r = covariance(x, i, meanX, y, j, meanY) / scale;
    return atanh(Math.max(-0.999999, Math.min(0.999999, r)));
  }

  private static double atanh(double r) {
    return 0.5 * Math.log((1 + r) / (1 - r));
  }
}
