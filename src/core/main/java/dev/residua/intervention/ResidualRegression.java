package dev.residua.intervention;

import dev.residua.causal.CausalGraph;
import dev.residua.intervention.AutocorrelatedRegression.Fit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The residual of one latent, in its own unit, as a function of the {@link ParentContributions}. If
 * the influence of a cause becomes {@code q} times the trained one, the residual is {@code (q - 1)}
 * times its contribution alone, plus the smaller contribution of its pairs, plus noise.
 * Coefficients are changes of influence, first those of the causes.
 */
final class ResidualRegression {
  /** Spread of a contribution, over that of prediction and residual, that counts as no movement. */
  private static final double STILL = 0.01;

  /** Variance inflation of one cause by the others from which they move together. */
  private static final double TOGETHER = 10;

  /**
   * Spread of the contribution of one cause, over that of the rest, which could be taken for a
   * change.
   */
  private static final double READABLE = 1 / EdgeReading.NONE;

  private static final double RIDGE = 1e-6;

  private final double[] residual;
  private final boolean[] unreadable; // causes of which nothing can be said, [parents]
  private final double[][] contributions; // [parents and pairs that move][n]
  private final boolean[] follows;

  /**
   * @param observed latents, shape {@code [frames][d]}
   * @param expected predictions, shape {@code [frames][d]}
   * @param centres nominal means of the latents, shape {@code [d]}
   * @param rows frames to use, ascending
   * @param follows whether a row is the next frame of the source after the row before it
   */
  ResidualRegression(
      CausalGraph graph,
      float[][] observed,
      float[][] expected,
      double[] centres,
      int latent,
      int[] rows,
      boolean[] follows) {
    int[] parents = graph.parents(latent);
    double[][] values = new double[parents.length][];
    for (int a = 0; a < parents.length; a++) {
      values[a] = column(observed, parents[a], rows);
    }
    double[] prediction = column(expected, latent, rows);
    double[] value = column(observed, latent, rows);
    this.residual = new double[rows.length];
    for (int t = 0; t < rows.length; t++) {
      residual[t] = value[t] - prediction[t];
    }
    this.follows = follows;
    this.unreadable = together(values);
    double still = STILL * Math.sqrt(variance(prediction) + variance(residual));
    ParentContributions parts =
        ParentContributions.of(
            values, Arrays.stream(parents).mapToDouble(a -> centres[a]).toArray(), prediction);
    List<double[]> columns = new ArrayList<>();
    double least = READABLE * Math.sqrt(variance(parts.rest()));
    for (int a = 0; a < parents.length; a++) {
      double[] own = parts.own()[a];
      columns.add(moves(own, still) ? own : new double[rows.length]);
      unreadable[a] |= !moves(own, least);
    }
    for (double[] joint : parts.joint()) {
      if (moves(joint, still)) {
        columns.add(joint);
      }
    }
    this.contributions = columns.toArray(double[][]::new);
  }

  /** Changes of the influences of all causes; empty if there are too few frames. */
  Optional<Fit> edges() {
    return fit(contributions);
  }

  /** Returns a regression with more columns, whose coefficients follow at {@link #columns}. */
  Optional<Fit> with(double[][] more) {
    double[][] all = Arrays.copyOf(contributions, contributions.length + more.length);
    System.arraycopy(more, 0, all, contributions.length, more.length);
    return fit(all);
  }

  /** Coefficients of {@link #edges}: those of the causes, then those of their pairs. */
  int columns() {
    return contributions.length;
  }

  private Optional<Fit> fit(double[][] columns) {
    Optional<Fit> fit = AutocorrelatedRegression.fit(residual, columns, follows);
    fit.ifPresent(
        found -> {
          for (int a = 0; a < unreadable.length; a++) {
            found.coefficients()[a] = unreadable[a] ? Double.NaN : found.coefficients()[a];
          }
        });
    return fit;
  }

  /** Causes that a linear combination of the others nearly gives. */
  private static boolean[] together(double[][] causes) {
    int p = causes.length;
    double[][] correlation = new double[p][p];
    for (int a = 0; a < p; a++) {
      for (int b = 0; b < a; b++) {
        correlation[a][b] = correlation(causes[a], causes[b]);
        correlation[b][a] = correlation[a][b];
      }
      correlation[a][a] = 1 + RIDGE;
    }
    double[][] inverse = Matrices.inverse(correlation, p);
    boolean[] together = new boolean[p];
    for (int a = 0; a < p; a++) {
      together[a] = inverse[a][a] > TOGETHER;
    }
    return together;
  }

  private static double correlation(double[] a, double[] b) {
    double meanA = Arrays.stream(a).average().orElse(0);
    double meanB = Arrays.stream(b).average().orElse(0);
    double sum = 0;
    for (int t = 0; t < a.length; t++) {
      sum += (a[t] - meanA) * (b[t] - meanB) / a.length;
    }
    double scale = Math.sqrt(variance(a) * variance(b));
    return scale > 0 ? sum / scale : 0;
  }

  static double[] column(float[][] rows, int latent, int[] index) {
    double[] column = new double[index.length];
    for (int t = 0; t < index.length; t++) {
      column[t] = rows[index[t]][latent];
    }
    return column;
  }

  /** Rows that are the next frame after the row before them. */
  static boolean[] following(int[] rows) {
    boolean[] follows = new boolean[rows.length];
    for (int t = 1; t < rows.length; t++) {
      follows[t] = rows[t] == rows[t - 1] + 1;
    }
    return follows;
  }

  private static boolean moves(double[] contribution, double still) {
    return Math.sqrt(variance(contribution)) > still;
  }

  private static double variance(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    return Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum() / values.length;
  }
}
