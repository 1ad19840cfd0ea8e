package dev.residua.training;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.NodeColumns;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fits the distributions of categorical nodes to the values that a model reads. If all causes are
 * categorical, a distribution is a table of shares, each value counted once more than it occurs.
 * Otherwise it is a multinomial logistic regression on the causes and on each combination of the
 * categorical ones.
 */
final class CategoricalFit {
  private static final double RIDGE = 1;
  private static final int STEPS = 500;
  private static final double SMALLEST_STEP = 1e-6;

  private CategoricalFit() {}

  /**
   * The distributions of all categorical nodes, ascending.
   *
   * @param rows nodes, shape {@code [n][nodes]}; a categorical one is the number of its value
   * @param holds true if the mechanism of a node was unbroken in a row, the same shape
   * @throws IllegalArgumentException if a node has too many combinations of causes
   */
  static List<CategoricalDistribution> of(
      CausalGraph graph, NodeColumns columns, double[][] rows, boolean[][] holds) {
    List<CategoricalDistribution> distributions = new ArrayList<>();
    for (int i = 0; i < graph.size(); i++) {
      if (columns.isCategorical(i)) {
        distributions.add(of(i, graph.parents(i), columns, held(rows, holds, i)));
      }
    }
    return distributions;
  }

  private static double[][] held(double[][] rows, boolean[][] holds, int node) {
    List<double[]> held = new ArrayList<>();
    for (int r = 0; r < rows.length; r++) {
      if (holds[r][node]) {
        held.add(rows[r]);
      }
    }
    return held.toArray(double[][]::new);
  }

  /**
   * The distribution of one node.
   *
   * @param rows in which its mechanism was unbroken, shape {@code [n][nodes]}
   */
  static CategoricalDistribution of(int node, int[] parents, NodeColumns columns, double[][] rows) {
    int values = columns.count(node);
    int[] parentValues = Arrays.stream(parents).map(columns::count).toArray();
    int[] real = Arrays.stream(parents).filter(j -> !columns.isCategorical(j)).toArray();
    long combinations = CategoricalDistribution.combinations(parentValues);
    if (combinations * values > CategoricalDistribution.MAX_NUMBERS) {
      throw new IllegalArgumentException(
          "node %d has %d values under %d combinations of causes, expected at most %d numbers in all"
              .formatted(node, values, combinations, CategoricalDistribution.MAX_NUMBERS));
    }
    int[] combination = new int[rows.length];
    int[] value = new int[rows.length];
    for (int r = 0; r < rows.length; r++) {
      for (int parent : parents) {
        if (columns.isCategorical(parent)) {
          combination[r] = combination[r] * columns.count(parent) + (int) rows[r][parent];
        }
      }
      value[r] = (int) rows[r][node];
    }
    float[] slopes = new float[real.length * values];
    float[] intercepts =
        real.length == 0
            ? table((int) combinations, values, combination, value)
            : regression((int) combinations, values, combination, value, real, rows, slopes);
    return new CategoricalDistribution(node, values, parents, parentValues, intercepts, slopes);
  }

  private static float[] table(int combinations, int values, int[] combination, int[] value) {
    int[] counts = new int[combinations * values];
    int[] totals = new int[combinations];
    for (int r = 0; r < value.length; r++) {
      counts[combination[r] * values + value[r]]++;
      totals[combination[r]]++;
    }
    float[] logarithms = new float[counts.length];
    for (int k = 0; k < counts.length; k++) {
      logarithms[k] = (float) Math.log((counts[k] + 1.0) / (totals[k / values] + values));
    }
    return logarithms;
  }

  /**
   * Maximises the likelihood less {@code ridge |w|^2 / 2} with the bound of the Hessian of Böhning
   * (Annals of the Institute of Statistical Mathematics 44, 1992), whose steps never lower it.
   *
   * @param slopes receives the result, in the units of the causes
   * @return intercepts
   */
  private static float[] regression(
      int combinations,
      int values,
      int[] combination,
      int[] value,
      int[] real,
      double[][] rows,
      float[] slopes) {
    int width = combinations + real.length;
    double[] means = new double[real.length];
    double[] deviations = new double[real.length];
    for (int j = 0; j < real.length; j++) {
      int column = real[j];
      double mean = Arrays.stream(rows).mapToDouble(row -> row[column]).average().orElse(0);
      double variance =
          Arrays.stream(rows)
              .mapToDouble(row -> (row[column] - mean) * (row[column] - mean))
              .average()
              .orElse(0);
      means[j] = mean;
      deviations[j] = variance > 0 ? Math.sqrt(variance) : 1;
    }
    double[][] features = new double[rows.length][width];
    double[][] gram = new double[width][width];
    for (int r = 0; r < rows.length; r++) {
      features[r][combination[r]] = 1;
      for (int j = 0; j < real.length; j++) {
        features[r][combinations + j] = (rows[r][real[j]] - means[j]) / deviations[j];
      }
      for (int a = 0; a < width; a++) {
        for (int b = 0; b <= a; b++) {
          gram[a][b] += 0.5 * features[r][a] * features[r][b];
        }
      }
    }
    Cholesky bound = Cholesky.of(gram, RIDGE);
    double[][] weights = new double[values][width];
    double largest = Double.POSITIVE_INFINITY;
    for (int step = 0; step < STEPS && largest > SMALLEST_STEP; step++) {
      double[][] gradient = gradient(features, value, weights);
      largest = 0;
      for (int v = 0; v < values; v++) {
        double[] change = bound.solve(gradient[v]);
        for (int a = 0; a < width; a++) {
          weights[v][a] += change[a];
          largest = Math.max(largest, Math.abs(change[a]));
        }
      }
    }
    float[] intercepts = new float[combinations * values];
    for (int v = 0; v < values; v++) {
      double shift = 0;
      for (int j = 0; j < real.length; j++) {
        double slope = weights[v][combinations + j] / deviations[j];
        slopes[j * values + v] = (float) slope;
        shift += slope * means[j];
      }
      for (int c = 0; c < combinations; c++) {
        intercepts[c * values + v] = (float) (weights[v][c] - shift);
      }
    }
    return intercepts;
  }

  private static double[][] gradient(double[][] features, int[] value, double[][] weights) {
    int values = weights.length;
    int width = weights[0].length;
    double[][] gradient = new double[values][width];
    double[] p = new double[values];
    for (int r = 0; r < features.length; r++) {
      double sum = 0;
      double most = Double.NEGATIVE_INFINITY;
      for (int v = 0; v < values; v++) {
        p[v] = 0;
        for (int a = 0; a < width; a++) {
          p[v] += weights[v][a] * features[r][a];
        }
        most = Math.max(most, p[v]);
      }
      for (int v = 0; v < values; v++) {
        p[v] = Math.exp(p[v] - most);
        sum += p[v];
      }
      for (int v = 0; v < values; v++) {
        double difference = (v == value[r] ? 1 : 0) - p[v] / sum;
        for (int a = 0; a < width; a++) {
          gradient[v][a] += difference * features[r][a];
        }
      }
    }
    for (int v = 0; v < values; v++) {
      for (int a = 0; a < width; a++) {
        gradient[v][a] -= RIDGE * weights[v][a];
      }
    }
    return gradient;
  }
}
