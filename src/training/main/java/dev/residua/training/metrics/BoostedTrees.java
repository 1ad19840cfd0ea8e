package dev.residua.training.metrics;

import java.util.Arrays;

/**
 * Gradient-boosted regression trees on squared error: 64 quantile bins per feature, fixed depth,
 * shrinkage, no randomness. Small on purpose: it serves as the regressor of {@link
 * Disentanglement}.
 */
final class BoostedTrees {
  private static final int BINS = 64;
  private static final int LEAST = 10;

  private final double[][] cuts; // [features][bins - 1]
  private final double base;
  private final double[][] leaves; // [trees][nodes]
  private final int[][] splitFeature; // [trees][nodes], -1 at a leaf
  private final int[][] splitBin;
  private final double[] importance;

  private BoostedTrees(double[][] cuts, double base, int trees, int nodes) {
    this.cuts = cuts;
    this.base = base;
    this.leaves = new double[trees][nodes];
    this.splitFeature = new int[trees][nodes];
    this.splitBin = new int[trees][nodes];
    this.importance = new double[cuts.length];
    for (int[] row : splitFeature) {
      Arrays.fill(row, -1);
    }
  }

  /**
   * Fits trees. O(trees depth n features).
   *
   * @param x shape {@code [n][features]}
   * @param y shape {@code [n]}
   */
  static BoostedTrees fit(double[][] x, double[] y, int trees, int depth, double rate) {
    int n = x.length;
    int features = x[0].length;
    double[][] cuts = new double[features][];
    for (int f = 0; f < features; f++) {
      double[] sorted = Columns.of(x, f);
      Arrays.sort(sorted);
      cuts[f] = new double[BINS - 1];
      for (int b = 1; b < BINS; b++) {
        cuts[f][b - 1] = sorted[(int) ((long) b * n / BINS)];
      }
    }
    double mean = Arrays.stream(y).average().orElse(0);
    BoostedTrees model = new BoostedTrees(cuts, mean, trees, (1 << (depth + 1)) - 1);
    byte[][] bins = new byte[features][n];
    for (int f = 0; f < features; f++) {
      for (int i = 0; i < n; i++) {
        bins[f][i] = (byte) bin(cuts[f], x[i][f]);
      }
    }
    double[] residual = new double[n];
    for (int i = 0; i < n; i++) {
      residual[i] = y[i] - mean;
    }
    int[] node = new int[n];
    for (int t = 0; t < trees; t++) {
      Arrays.fill(node, 0);
      for (int level = 0; level < depth; level++) {
        model.split(t, (1 << level) - 1, (1 << (level + 1)) - 1, bins, residual, node);
      }
      double[] sums = new double[model.leaves[t].length];
      int[] counts = new int[sums.length];
      for (int i = 0; i < n; i++) {
        sums[node[i]] += residual[i];
        counts[node[i]]++;
      }
      for (int k = 0; k < sums.length; k++) {
        model.leaves[t][k] = counts[k] == 0 ? 0 : rate * sums[k] / counts[k];
      }
      for (int i = 0; i < n; i++) {
        residual[i] -= model.leaves[t][node[i]];
      }
    }
    return model;
  }

  /** Splits every node of a level if that reduces the squared error, and moves rows down. */
  private void split(int tree, int from, int to, byte[][] bins, double[] residual, int[] node) {
    int features = bins.length;
    int nodes = to - from;
    double[][] sums = new double[nodes * features][BINS];
    int[][] counts = new int[nodes * features][BINS];
    for (int f = 0; f < features; f++) {
      for (int i = 0; i < residual.length; i++) {
        int k = node[i] - from;
        if (k >= 0 && k < nodes) {
          sums[k * features + f][bins[f][i]] += residual[i];
          counts[k * features + f][bins[f][i]]++;
        }
      }
    }
    for (int k = 0; k < nodes; k++) {
      double bestGain = 1e-12;
      for (int f = 0; f < features; f++) {
        double total = Arrays.stream(sums[k * features + f]).sum();
        int count = Arrays.stream(counts[k * features + f]).sum();
        double left = 0;
        int leftCount = 0;
        for (int b = 0; b < BINS - 1; b++) {
          left += sums[k * features + f][b];
          leftCount += counts[k * features + f][b];
          int rightCount = count - leftCount;
          if (leftCount >= LEAST && rightCount >= LEAST) {
            double right = total - left;
            double gain =
                left * left / leftCount + right * right / rightCount - total * total / count;
            if (gain > bestGain) {
              bestGain = gain;
              splitFeature[tree][from + k] = f;
              splitBin[tree][from + k] = b;
            }
          }
        }
      }
      if (splitFeature[tree][from + k] >= 0) {
        importance[splitFeature[tree][from + k]] += bestGain;
      }
    }
    for (int i = 0; i < residual.length; i++) {
      int at = node[i];
      if (at >= from && at < to && splitFeature[tree][at] >= 0) {
        node[i] = 2 * at + (bins[splitFeature[tree][at]][i] <= splitBin[tree][at] ? 1 : 2);
      }
    }
  }

  private static int bin(double[] cuts, double value) {
    int low = 0;
    int high = cuts.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cuts[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  double predict(double[] x) {
    double sum = base;
    for (int t = 0; t < leaves.length; t++) {
      int at = 0;
      while (splitFeature[t][at] >= 0) {
        int f = splitFeature[t][at];
        at = 2 * at + (bin(cuts[f], x[f]) <= splitBin[t][at] ? 1 : 2);
      }
      sum += leaves[t][at];
    }
    return sum;
  }

  /** Squared error that splits on each feature removed, summed over trees. */
  double[] importance() {
    return importance.clone();
  }
}
