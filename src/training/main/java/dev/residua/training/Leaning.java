package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Spread of a broken mechanism over the residuals of a model that reads a latent from the pixels of
 * another, by the movements of {@link OwnPixels} and the mean slopes of the equations. It takes the
 * place of a measured {@link Monitorability} if the true noises are not known, as for every real
 * scene, so that a diagnosis can correct sizes and causes for it.
 *
 * <p>With readings {@code z = R x} of values {@code x = B x + noise}, and equations with the slopes
 * {@code F} of readings on readings, the residuals are {@code (I - F) R (I - B)^-1 noise}. Off the
 * diagonal {@code R} has the movements; its diagonal is such that a latent is read right if its
 * descendants follow it, as they do in the frames of a training. {@code B} is fitted to {@code R^-1
 * z}, in a few rounds, as the diagonal depends on it.
 *
 * <p>Conditions: linear in the deviation, with the mean slopes of the usual frames; latents without
 * a place of their own count as read right.
 */
final class Leaning {
  private static final int ROUNDS = 8;
  private static final int JACOBI = 60;

  private Leaning() {}

  /**
   * The spread by the figures of a model; empty if no movement is above {@link OwnPixels#SMALL}.
   *
   * @param metrics figures of the model, as {@link OwnPixels#metrics} gives them
   * @param latents number of latents, the first nodes
   * @param observed nodes of usual frames, shape {@code [n][nodes]}
   * @param residuals of the same frames, same shape
   */
  static Optional<Monitorability> of(
      CausalGraph graph,
      Map<String, Double> metrics,
      int latents,
      double[][] observed,
      double[][] residuals) {
    int d = graph.size();
    double[] deviations = deviations(observed, d);
    double[] own = deviations(residuals, d);
    double[][] reading = new double[d][d];
    double largest = 0;
    for (int i = 0; i < latents; i++) {
      for (int k = 0; k < latents; k++) {
        double movement = metrics.getOrDefault(OwnPixels.METRIC + i + "." + k, 0.0);
        if (i != k && Double.isFinite(movement)) {
          reading[k][i] = movement * deviations[k] / deviations[i];
          largest = Math.max(largest, Math.abs(movement));
        }
      }
    }
    if (largest <= OwnPixels.SMALL) {
      return Optional.empty();
    }
    double[][] predicted = new double[observed.length][d];
    for (int r = 0; r < observed.length; r++) {
      for (int k = 0; k < d; k++) {
        predicted[r][k] = observed[r][k] - residuals[r][k];
      }
    }
    double[][] fitted = slopes(graph, observed, predicted);
    double[][] total = total(graph, fitted);
    for (int round = 0; round < ROUNDS; round++) {
      readWithDescendants(reading, total);
      double[][] values = product(observed, transposed(inverse(reading)));
      total = total(graph, slopes(graph, values, values));
    }
    readWithDescendants(reading, total);
    double[][] readings = product(reading, total);
    double[][] spread = new double[d][d];
    double leakage = 0;
    for (int k = 0; k < d; k++) {
      double others = 0;
      for (int j = 0; j < d; j++) {
        double shift = readings[k][j];
        for (int p = 0; p < d; p++) {
          shift -= fitted[k][p] * readings[p][j];
        }
        spread[k][j] = shift * own[j] / own[k];
        others += j == k ? 0 : Math.abs(spread[k][j]);
      }
      double diagonal = Math.abs(spread[k][k]);
      leakage = Math.max(leakage, diagonal > 0 ? others / diagonal : Double.POSITIVE_INFINITY);
    }
    return Optional.of(new Monitorability(spread, leakage));
  }

  /** Sets the diagonal so that a node that its descendants follow is read right. */
  private static void readWithDescendants(double[][] reading, double[][] total) {
    for (int k = 0; k < reading.length; k++) {
      reading[k][k] = 1;
      for (int i = 0; i < reading.length; i++) {
        reading[k][k] -= i == k ? 0 : reading[k][i] * total[i][k];
      }
    }
  }

  /** Slopes by the causes, least squares over the frames: {@code [to][from]}. */
  private static double[][] slopes(CausalGraph graph, double[][] causes, double[][] effects) {
    int d = graph.size();
    int[] rows = new int[causes.length];
    Arrays.setAll(rows, r -> r);
    double[][] slopes = new double[d][d];
    for (int k = 0; k < d; k++) {
      int effect = k;
      int[] parents = graph.parents(k);
      if (parents.length > 0) {
        double[][] x =
            Arrays.stream(causes)
                .map(row -> Arrays.stream(parents).mapToDouble(p -> row[p]).toArray())
                .toArray(double[][]::new);
        double[][] y =
            Arrays.stream(effects).map(row -> new double[] {row[effect]}).toArray(double[][]::new);
        RidgeFit fit = RidgeFit.accumulate(x, y, rows);
        double[] weights = fit.weights(fit.factor(1e-6 * rows.length), 0);
        for (int p = 0; p < parents.length; p++) {
          slopes[k][parents[p]] = weights[p];
        }
      }
    }
    return slopes;
  }

  /** Inverse of a matrix whose diagonal dominates, by Jacobi's iteration. */
  private static double[][] inverse(double[][] matrix) {
    int d = matrix.length;
    double[][] inverse = new double[d][d];
    for (int step = 0; step < JACOBI; step++) {
      double[][] next = new double[d][d];
      for (int i = 0; i < d; i++) {
        for (int j = 0; j < d; j++) {
          double rest = i == j ? 1 : 0;
          for (int k = 0; k < d; k++) {
            rest -= k == i ? 0 : matrix[i][k] * inverse[k][j];
          }
          next[i][j] = rest / matrix[i][i];
        }
      }
      inverse = next;
    }
    return inverse;
  }

  private static double[][] transposed(double[][] matrix) {
    double[][] transposed = new double[matrix.length][matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      for (int j = 0; j < matrix.length; j++) {
        transposed[j][i] = matrix[i][j];
      }
    }
    return transposed;
  }

  /** Change of each node by a change of another, through all paths: {@code (I - B)^-1}. */
  private static double[][] total(CausalGraph graph, double[][] slopes) {
    int d = graph.size();
    double[][] total = new double[d][d];
    for (int k : graph.order()) {
      total[k][k] = 1;
      for (int p : graph.parents(k)) {
        for (int j = 0; j < d; j++) {
          total[k][j] += slopes[k][p] * total[p][j];
        }
      }
    }
    return total;
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] product = new double[a.length][b.length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b.length; j++) {
          product[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return product;
  }

  private static double[] deviations(double[][] rows, int d) {
    double[] deviations = new double[d];
    for (int j = 0; j < d; j++) {
      int column = j;
      double mean = Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElse(0);
      double variance =
          Arrays.stream(rows)
              .mapToDouble(row -> (row[column] - mean) * (row[column] - mean))
              .average()
              .orElse(0);
      deviations[j] = Math.max(Double.MIN_NORMAL, Math.sqrt(variance));
    }
    return deviations;
  }
}
