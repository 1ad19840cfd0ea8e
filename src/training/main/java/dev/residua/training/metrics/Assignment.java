package dev.residua.training.metrics;

import java.util.Arrays;

/** Optimal one-to-one matching. */
public final class Assignment {
  private Assignment() {}

  /**
   * Matches every row to a column of its own so that the sum of values is largest. Shortest
   * augmenting paths with potentials (Hungarian method), O(rows^2 columns).
   *
   * @param value finite, shape {@code [rows][columns]}, {@code rows <= columns}
   * @return column of each row
   */
  public static int[] maximize(double[][] value) {
    int n = value.length;
    int m = value[0].length;
    if (n > m) {
      throw new IllegalArgumentException(
          "cannot match %d rows to %d columns of their own".formatted(n, m));
    }
    double[] rowPotential = new double[n + 1];
    double[] columnPotential = new double[m + 1];
    int[] rowOf = new int[m + 1];
    int[] way = new int[m + 1];
    for (int row = 1; row <= n; row++) {
      rowOf[0] = row;
      int column = 0;
      double[] slack = new double[m + 1];
      Arrays.fill(slack, Double.POSITIVE_INFINITY);
      boolean[] used = new boolean[m + 1];
      do {
        used[column] = true;
        int current = rowOf[column];
        double delta = Double.POSITIVE_INFINITY;
        int next = 0;
        for (int j = 1; j <= m; j++) {
          if (!used[j]) {
            double cost = -value[current - 1][j - 1] - rowPotential[current] - columnPotential[j];
            if (cost < slack[j]) {
              slack[j] = cost;
              way[j] = column;
            }
            if (slack[j] < delta) {
              delta = slack[j];
              next = j;
            }
          }
        }
        for (int j = 0; j <= m; j++) {
          if (used[j]) {
            rowPotential[rowOf[j]] += delta;
            columnPotential[j] -= delta;
          } else {
            slack[j] -= delta;
          }
        }
        column = next;
      } while (rowOf[column] != 0);
      while (column != 0) {
        rowOf[column] = rowOf[way[column]];
        column = way[column];
      }
    }
    int[] columnOf = new int[n];
    for (int j = 1; j <= m; j++) {
      if (rowOf[j] > 0) {
        columnOf[rowOf[j] - 1] = j - 1;
      }
    }
    return columnOf;
  }
}
