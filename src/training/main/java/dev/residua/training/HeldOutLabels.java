package dev.residua.training;

import dev.residua.causal.CausalGraph;
import dev.residua.training.metrics.TwoComponentMixture;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Labels of frames that were not trained on, next to the nodes of the graph that the model reads in
 * the same frames. Labels are in the units of the latents: standard deviations from their mean.
 *
 * @param labels NaN if unknown, shape {@code [n][factors]}
 * @param nodes latents, then variables, shape {@code [n][nodes]}; factor {@code f} belongs to node
 *     {@code f}
 */
@SuppressWarnings("ArrayRecordComponent") // made once per training
record HeldOutLabels(double[][] labels, double[][] nodes) {
  /** Ridge of the labels' covariance, whose diagonal is about 1: combinations that hardly vary. */
  private static final double RIDGE = 0.1;

  private static final int ITERATIONS = 500;

  /** Frames of neighbouring values in which a fold is searched. */
  private static final int WINDOW = 16;

  /** Fewest windows over the range of a latent. */
  private static final int MIN_WINDOWS = 4;

  /** Share of the errors' variance between two groups from which they count as two values. */
  private static final double TWO_VALUES = 0.9;

  /**
   * The combination of factors that is read worst.
   *
   * @param unread its mean squared error over its variance plus {@link #RIDGE}; 0 is read, about 1
   *     is chance; NaN with too few labels
   * @param weights of the standardised factors, the largest of size 1, shape {@code [factors]}
   */
  record Combination(double unread, double[] weights) {}

  /**
   * The combination {@code w} with the largest {@code w'Ew / w'(S + 0.1 I)w}, with {@code E} the
   * second moments of the errors and {@code S} the covariance of the labels. For example the
   * difference of two factors of which frames show only the sum.
   */
  Combination worstCombination() {
    int k = labels.length == 0 ? 0 : labels[0].length;
    int[] rows =
        IntStream.range(0, labels.length)
            .filter(i -> Arrays.stream(labels[i]).allMatch(Double::isFinite))
            .toArray();
    if (k < 2 || rows.length < Math.max(LabelErrors.MIN_HELD_OUT, 5 * k)) {
      return new Combination(Double.NaN, new double[k]);
    }
    double[] mean = new double[k];
    for (int i : rows) {
      Arrays.setAll(mean, f -> mean[f] + labels[i][f] / rows.length);
    }
    double[][] errors = new double[k][k];
    double[][] covariance = new double[k][k];
    for (int i : rows) {
      for (int f = 0; f < k; f++) {
        for (int g = 0; g < k; g++) {
          errors[f][g] += (labels[i][f] - nodes[i][f]) * (labels[i][g] - nodes[i][g]) / rows.length;
          covariance[f][g] += (labels[i][f] - mean[f]) * (labels[i][g] - mean[g]) / rows.length;
        }
      }
    }
    Cholesky factor = Cholesky.of(covariance, RIDGE);
    double[] w = new double[k];
    Arrays.setAll(w, f -> 1 + 0.1 * f); // no symmetric direction
    for (int step = 0; step < ITERATIONS; step++) {
      double[] next = factor.solve(times(errors, w));
      double largest = Arrays.stream(next).map(Math::abs).max().orElse(0);
      if (largest == 0) {
        break; // nothing is wrong
      }
      double scale = largest;
      Arrays.setAll(w, f -> next[f] / scale);
    }
    double variance = dot(w, times(covariance, w)) + RIDGE * dot(w, w);
    return new Combination(dot(w, times(errors, w)) / variance, w);
  }

  /**
   * The own noise of a node with causes, relative to the part that errors of reading add to its
   * residual: {@code E r^2 / E (r' - r)^2}, with {@code r} the residual of the labels and {@code
   * r'} that of the values that the model reads. Parents without a label count as they are read.
   *
   * @return 0 without own noise, infinite if it is read without error; NaN with too few labels
   */
  double ownNoise(CausalGraph graph, Mechanisms equations, int node) {
    double own = 0;
    double read = 0;
    int n = 0;
    double[] expected = new double[graph.size()];
    for (int i = 0; i < labels.length; i++) {
      double[] known = nodes[i].clone();
      boolean complete = true;
      for (int f = 0; f < labels[i].length; f++) {
        if (Double.isFinite(labels[i][f])) {
          known[f] = labels[i][f];
        } else {
          complete &= f != node && !graph.hasEdge(f, node);
        }
      }
      if (complete) {
        equations.predict(known, expected);
        double truth = known[node] - expected[node];
        equations.predict(nodes[i], expected);
        double residual = nodes[i][node] - expected[node];
        own += truth * truth;
        read += Math.pow(residual - truth, 2);
        n++;
      }
    }
    return n < LabelErrors.MIN_HELD_OUT ? Double.NaN : own / read;
  }

  /**
   * Share of a latent's range in which two distant values of a factor share one value of the
   * latent: in windows of 16 frames with neighbouring values, the errors form two groups that are
   * at least one standard deviation apart.
   *
   * @return in [0, 1]; NaN with fewer than 64 labels
   */
  double folded(int factor) {
    int[] rows =
        IntStream.range(0, labels.length)
            .filter(i -> Double.isFinite(labels[i][factor]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> nodes[i][factor]))
            .mapToInt(i -> i)
            .toArray();
    int windows = rows.length / WINDOW;
    if (windows < MIN_WINDOWS) {
      return Double.NaN;
    }
    int folded = 0;
    for (int w = 0; w < windows; w++) {
      double[][] errors = new double[WINDOW][1];
      for (int i = 0; i < WINDOW; i++) {
        int row = rows[w * WINDOW + i];
        errors[i][0] = labels[row][factor] - nodes[row][factor];
      }
      TwoComponentMixture groups = TwoComponentMixture.of(errors);
      folded += groups.share() >= TWO_VALUES && distance(errors, groups.second()) >= 1 ? 1 : 0;
    }
    return (double) folded / windows;
  }

  private static double distance(double[][] values, boolean[] second) {
    double[] sum = new double[2];
    int[] count = new int[2];
    for (int i = 0; i < values.length; i++) {
      int group = second[i] ? 1 : 0;
      sum[group] += values[i][0];
      count[group]++;
    }
    return Math.abs(sum[1] / count[1] - sum[0] / count[0]);
  }

  private static double[] times(double[][] matrix, double[] w) {
    double[] product = new double[w.length];
    Arrays.setAll(product, f -> dot(matrix[f], w));
    return product;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
