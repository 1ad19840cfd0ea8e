package dev.residua.training.graph;

import java.util.Arrays;

/**
 * Finds the directed acyclic graph with the smallest sum of local scores, by dynamic programming
 * over subsets. A graph is an array of parent sets, one bit per parent. {@code O(d^2 2^d)} time.
 *
 * <p>Source: Silander and Myllymäki, A Simple Approach for Finding the Globally Optimal Bayesian
 * Network Structure, UAI 2006.
 */
public final class DagProgram {
  private final int d;
  private final int[] later;
  private final double[][] score;
  private final int[][] choice;
  private final double[][] local;
  private final double[] total;
  private final int[] sink;

  /**
   * @param score cost of the parents of a latent, shape {@code [latent][set of parents]}; infinite
   *     if the set is not allowed
   * @param later set of the latents that come after a latent in a known order
   */
  public DagProgram(double[][] score, int[] later) {
    this.d = score.length;
    this.score = score;
    this.later = later;
    int full = 1 << d;
    // Best parents of a latent within each set of candidates.
    this.choice = new int[d][full];
    this.local = new double[d][full];
    for (int i = 0; i < d; i++) {
      for (int set = 0; set < full; set++) {
        if ((set >> i & 1) == 1) {
          continue;
        }
        double value = score[i][set];
        int chosen = set;
        for (int left = set; left != 0; left &= left - 1) {
          int smaller = set & ~Integer.lowestOneBit(left);
          if (local[i][smaller] <= value) {
            value = local[i][smaller];
            chosen = choice[i][smaller];
          }
        }
        local[i][set] = value;
        choice[i][set] = chosen;
      }
    }
    // Best graph over each set of latents that has all causes of its members.
    this.total = new double[full];
    this.sink = new int[full];
    for (int set = 1; set < full; set++) {
      total[set] = Double.POSITIVE_INFINITY;
      for (int i = 0; i < d; i++) {
        int rest = set & ~(1 << i);
        if (rest != set && mayFollow(i, rest)) {
          double value = total[rest] + local[i][rest];
          if (value < total[set]) {
            total[set] = value;
            sink[set] = i;
          }
        }
      }
    }
  }

  private boolean mayFollow(int latent, int others) {
    return (others & later[latent]) == 0;
  }

  public double least() {
    return total[total.length - 1];
  }

  /** Returns the set of parents of each latent in the best graph, one bit per parent. */
  public int[] best() {
    int[] parents = new int[d];
    for (int set = total.length - 1; set != 0; set &= ~(1 << sink[set])) {
      int i = sink[set];
      parents[i] = choice[i][set & ~(1 << i)];
    }
    return parents;
  }

  public double of(int[] parents) {
    double sum = 0;
    for (int i = 0; i < d; i++) {
      sum += score[i][parents[i]];
    }
    return sum;
  }

  /**
   * By how much the best graph in which a latent has exactly these parents is worse than the best
   * of all graphs, shape {@code [latent][set of parents]}; infinite if there is no such graph.
   */
  public double[][] excess() {
    int full = total.length;
    // Best parents for the latents outside a set that has all causes of its members.
    double[] rest = new double[full];
    for (int set = full - 2; set >= 0; set--) {
      rest[set] = Double.POSITIVE_INFINITY;
      for (int i = 0; i < d; i++) {
        if ((set >> i & 1) == 0 && mayFollow(i, set)) {
          rest[set] = Math.min(rest[set], local[i][set] + rest[set | 1 << i]);
        }
      }
    }
    double[][] excess = new double[d][full];
    for (int i = 0; i < d; i++) {
      // Least cost of all other latents if the causes of this one are within a set.
      double[] others = excess[i];
      Arrays.fill(others, Double.POSITIVE_INFINITY);
      for (int set = full - 1; set >= 0; set--) {
        if ((set >> i & 1) == 1) {
          continue;
        }
        if (mayFollow(i, set)) {
          others[set] = total[set] + rest[set | 1 << i];
        }
        for (int j = 0; j < d; j++) {
          if (j != i && (set >> j & 1) == 0) {
            others[set] = Math.min(others[set], others[set | 1 << j]);
          }
        }
      }
      for (int set = 0; set < full; set++) {
        excess[i][set] += score[i][set] - least();
      }
    }
    return excess;
  }
}
