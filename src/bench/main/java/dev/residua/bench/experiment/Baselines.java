package dev.residua.bench.experiment;

import dev.residua.bench.experiment.Channel.Rows;
import dev.residua.causal.CausalGraph;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Published and simple methods that name the latent behind the changes in a window of frames. */
final class Baselines {
  /** Score from which CIRCA treats a node as abnormal, in standard deviations. */
  private static final double ABNORMAL = 3;

  private final CausalGraph graph;
  private final Channel channel;
  private final double[][] latents; // [n][d], nominal
  private final double[][] sorted; // [d][n]
  private final Map<Integer, double[][]> quiet = new HashMap<>();

  /**
   * @param latents standardised latents of nominal frames in order of time, shape {@code [n][d]}
   */
  Baselines(CausalGraph graph, double[][] latents) {
    this.graph = graph;
    this.channel = new Channel("latents", graph.size(), true, null);
    this.latents = latents;
    this.sorted = new double[graph.size()][];
    for (int i = 0; i < sorted.length; i++) {
      int latent = i;
      sorted[i] = Arrays.stream(latents).mapToDouble(row -> row[latent]).sorted().toArray();
    }
  }

  /**
   * The node whose mean, variance or correlation with another is farthest from that of quiet
   * windows of the same length, in their standard deviations.
   *
   * @param window standardised latents, shape {@code [m][d]}
   */
  int largestStatistic(double[][] window) {
    double[][] moments = quiet.computeIfAbsent(window.length, this::moments);
    double[] statistics = channel.statistics(new Rows(window, null));
    int[] owners = channel.owners();
    int most = 0;
    for (int k = 1; k < statistics.length; k++) {
      if (far(statistics, moments, k) > far(statistics, moments, most)) {
        most = k;
      }
    }
    return owners[most];
  }

  private static double far(double[] statistics, double[][] moments, int k) {
    return Math.abs(statistics[k] - moments[0][k]) / moments[1][k];
  }

  private double[][] moments(int frames) {
    int k = channel.owners().length;
    double[] mean = new double[k];
    double[] squares = new double[k];
    int windows = 0;
    for (int at = 0; at + frames <= latents.length; at += frames / 2) {
      double[] statistics =
          channel.statistics(new Rows(Arrays.copyOfRange(latents, at, at + frames), null));
      windows++;
      for (int j = 0; j < k; j++) {
        double before = statistics[j] - mean[j];
        mean[j] += before / windows;
        squares[j] += before * (statistics[j] - mean[j]);
      }
    }
    for (int j = 0; j < k; j++) {
      squares[j] = Math.sqrt(squares[j] / (windows - 1)) + 1e-12;
    }
    return new double[][] {mean, squares};
  }

  /**
   * CIRCA: the largest size of a node's residual in the window; a node beyond {@value #ABNORMAL}
   * gets the largest score of its children, and of the grandchildren below a normal child, on top.
   *
   * <p>Source: M. Li et al., Causal inference-based root cause analysis for online service systems
   * with intervention recognition, KDD 2022 (arXiv 2206.05871), as in PyRCA's hypothesis-testing
   * analyser.
   *
   * @param window standardised linear residuals, shape {@code [m][d]}
   */
  int descendantAdjusted(double[][] window) {
    int d = graph.size();
    double[] scores = new double[d];
    for (double[] row : window) {
      for (int i = 0; i < d; i++) {
        scores[i] = Math.max(scores[i], Math.abs(row[i]));
      }
    }
    int[] order = graph.order();
    java.util.List<Set<Integer>> below = new java.util.ArrayList<>();
    for (int i = 0; i < d; i++) {
      below.add(new HashSet<>());
    }
    double[] adjusted = scores.clone();
    for (int at = d - 1; at >= 0; at--) {
      int node = order[at];
      for (int child = 0; child < d; child++) {
        if (graph.hasEdge(node, child)) {
          below.get(node).add(child);
          if (scores[child] < ABNORMAL) {
            below.get(node).addAll(below.get(child));
          }
        }
      }
      if (scores[node] > ABNORMAL) {
        adjusted[node] += below.get(node).stream().mapToDouble(i -> scores[i]).max().orElse(0);
      }
    }
    return largest(adjusted);
  }

  /**
   * Smooth traversal: the node whose marginal score exceeds that of its highest cause the most. The
   * score of a frame is {@code -log(2 min(F, 1 - F))} with {@code F} the share of nominal frames
   * below; that of a window is the mean over its frames.
   *
   * <p>Source: W. Orchard, N. Okati et al., Root cause analysis of outliers with missing structural
   * knowledge, NeurIPS 2025 (arXiv 2406.05014), algorithm "SMOOTH TRAVERSAL".
   *
   * @param window standardised latents, shape {@code [m][d]}
   */
  int smoothTraversal(double[][] window) {
    int d = graph.size();
    double[] scores = new double[d];
    for (double[] row : window) {
      for (int i = 0; i < d; i++) {
        scores[i] += score(i, row[i]) / window.length;
      }
    }
    double[] gaps = new double[d];
    for (int i = 0; i < d; i++) {
      double cause = 0;
      for (int parent : graph.parents(i)) {
        cause = Math.max(cause, scores[parent]);
      }
      gaps[i] = Math.max(0, scores[i] - cause);
    }
    return largest(gaps);
  }

  private double score(int latent, double value) {
    double[] all = sorted[latent];
    int at = Arrays.binarySearch(all, value);
    int below = at >= 0 ? at : -at - 1;
    double side = Math.min(below, all.length - below);
    return -Math.log(Math.min(1, 2 * (side + 0.5) / (all.length + 1)));
  }

  private static int largest(double[] values) {
    int largest = 0;
    for (int i = 1; i < values.length; i++) {
      if (values[i] > values[largest]) {
        largest = i;
      }
    }
    return largest;
  }
}
