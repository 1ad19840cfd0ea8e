package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Result of an {@link ExactDagSearch}.
 *
 * @param graph the best graph
 * @param alternatives other graphs that are hardly worse, nearest first: for every pair of latents
 *     the best graphs with either direction of an edge between them, and without one
 */
public record SearchedGraph(CausalGraph graph, List<Alternative> alternatives) {
  public SearchedGraph {
    alternatives = List.copyOf(alternatives);
  }

  /** A graph that was not searched, so that there is no alternative. */
  public static SearchedGraph given(CausalGraph graph) {
    return new SearchedGraph(graph, List.of());
  }

  /**
   * A graph that is hardly worse.
   *
   * @param graph with the share of half-samples for each edge
   * @param difference its score minus that of the best graph, in nats per frame, at least 0
   * @param noise standard error of the difference by half-samples; NaN without any
   */
  public record Alternative(CausalGraph graph, double difference, double noise) {
    /**
     * Returns true if the rows do not distinguish it from the best graph: at most two standard
     * errors.
     */
    public boolean withinNoise() {
      return difference <= 2 * noise;
    }

    /** Differences from another graph over the same latents, in words. */
    public String changes(CausalGraph from) {
      List<String> changes = new ArrayList<>();
      for (int i = 0; i < graph.size(); i++) {
        for (int j = 0; j < graph.size(); j++) {
          String edge = graph.name(i) + " -> " + graph.name(j);
          if (graph.hasEdge(i, j) && from.hasEdge(j, i)) {
            changes.add("%s instead of %s -> %s".formatted(edge, graph.name(j), graph.name(i)));
          } else if (graph.hasEdge(i, j) && !from.hasEdge(i, j)) {
            changes.add("with " + edge);
          } else if (from.hasEdge(i, j) && !graph.hasEdge(i, j) && !graph.hasEdge(j, i)) {
            changes.add("without " + edge);
          }
        }
      }
      return String.join(", ", changes);
    }
  }

  /**
   * Edges whose direction the rows do not decide: that of some graph within the noise is the other.
   */
  public List<CausalGraph.Edge> undecided() {
    return graph.edgeList().stream()
        .filter(
            edge ->
                alternatives.stream()
                    .anyMatch(
                        other ->
                            other.withinNoise() && other.graph().hasEdge(edge.to(), edge.from())))
        .toList();
  }

  static boolean[][] edges(int[] parents) {
    boolean[][] edges = new boolean[parents.length][parents.length];
    for (int i = 0; i < parents.length; i++) {
      for (int j = 0; j < parents.length; j++) {
        edges[j][i] = (parents[i] >> j & 1) == 1;
      }
    }
    return edges;
  }

  /** Standard deviation of some values, with one degree of freedom less. */
  static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return values.length < 2 ? Double.NaN : Math.sqrt(squares / (values.length - 1));
  }
}
