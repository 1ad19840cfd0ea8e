package dev.residua.training.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Access to row-major samples by column, with the checks that all metrics share. */
public final class Columns {
  private Columns() {}

  /** One column, a copy. */
  public static double[] of(double[][] rows, int column) {
    double[] values = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      values[i] = rows[i][column];
    }
    return values;
  }

  /** Checks that both have the same rows, at least {@code least}, and only finite values. */
  static void check(String what, double[][] factors, double[][] latents, int least) {
    if (factors.length != latents.length || factors.length < least) {
      throw new IllegalArgumentException(
          "%s needs at least %d rows of factors and as many of latents but got %d and %d"
              .formatted(what, least, factors.length, latents.length));
    }
    checkFinite(what, factors);
    checkFinite(what, latents);
  }

  static void checkFinite(String what, double[][] rows) {
    int columns = rows[0].length;
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != columns || columns == 0) {
        throw new IllegalArgumentException(
            "%s: row %d has %d columns, row 0 has %d".formatted(what, i, rows[i].length, columns));
      }
      for (double value : rows[i]) {
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "%s: row %d holds %s, expected finite numbers".formatted(what, i, value));
        }
      }
    }
  }

  /** At most {@code most} of the rows, spread evenly; the rows themselves are shared. */
  static double[][] thinned(double[][] rows, int most) {
    int n = Math.min(most, rows.length);
    double[][] kept = new double[n][];
    for (int i = 0; i < n; i++) {
      kept[i] = rows[(int) ((long) i * rows.length / n)];
    }
    return kept;
  }

  /** The numbers below {@code n} in a random order (Fisher and Yates). */
  static int[] permutation(int n, SplittableRandom random) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    return order;
  }

  /** Standard deviation of every column. */
  public static double[] deviations(double[][] rows) {
    double[] deviations = new double[rows[0].length];
    for (int k = 0; k < deviations.length; k++) {
      double mean = 0;
      double squares = 0;
      for (int i = 0; i < rows.length; i++) {
        double delta = rows[i][k] - mean;
        mean += delta / (i + 1);
        squares += delta * (rows[i][k] - mean);
      }
      deviations[k] = Math.sqrt(squares / rows.length);
    }
    return deviations;
  }

  /** Every column minus its mean, divided by its standard deviation; 0 if it does not vary. */
  public static double[][] standardized(double[][] rows) {
    int n = rows.length;
    int d = rows[0].length;
    double[][] out = new double[n][d];
    for (int k = 0; k < d; k++) {
      double mean = 0;
      double squares = 0;
      for (int i = 0; i < n; i++) {
        double delta = rows[i][k] - mean;
        mean += delta / (i + 1);
        squares += delta * (rows[i][k] - mean);
      }
      double sd = Math.sqrt(squares / n);
      for (int i = 0; i < n; i++) {
        out[i][k] = sd > 0 ? (rows[i][k] - mean) / sd : 0;
      }
    }
    return out;
  }
}
