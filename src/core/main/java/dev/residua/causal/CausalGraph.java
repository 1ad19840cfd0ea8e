package dev.residua.causal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A directed acyclic graph over named latents: an edge {@code i -> j} says that latent {@code j} is
 * computed from latent {@code i}. Immutable.
 *
 * <p>The confidence of an edge is the share of half-samples of the frames whose best graph has the
 * edge, in [0, 1]; 1 for an edge that a person required. It is a measure of stability, not the
 * probability that the edge is true.
 */
public final class CausalGraph {
  private final List<String> names;
  private final boolean[][] edges;
  private final double[][] confidence;
  private final int[] order;

  /**
   * @param names one name per latent, in the model's order
   * @param edges {@code edges[from][to]}, shape {@code [d][d]}, without cycles
   * @param confidence of each pair, also of those without an edge, shape {@code [d][d]}
   * @throws IllegalArgumentException if shapes differ or the edges form a cycle
   */
  public CausalGraph(List<String> names, boolean[][] edges, double[][] confidence) {
    int d = names.size();
    if (edges.length != d || confidence.length != d) {
      throw new IllegalArgumentException(
          "graph of %d latents has %d rows of edges and %d rows of confidence"
              .formatted(d, edges.length, confidence.length));
    }
    this.names = List.copyOf(names);
    this.edges = copy(edges, d);
    this.confidence = new double[d][];
    for (int i = 0; i < d; i++) {
      if (confidence[i].length != d) {
        throw new IllegalArgumentException(
            "row %d of the confidence has %d cells, expected %d"
                .formatted(i, confidence[i].length, d));
      }
      this.confidence[i] = confidence[i].clone();
    }
    this.order = topologicalOrder();
  }

  /** A graph whose edges are given, not estimated: each has confidence 1. */
  public static CausalGraph of(List<String> names, boolean[][] edges) {
    double[][] confidence = new double[edges.length][];
    for (int i = 0; i < edges.length; i++) {
      confidence[i] = new double[edges[i].length];
      for (int j = 0; j < edges[i].length; j++) {
        confidence[i][j] = edges[i][j] ? 1 : 0;
      }
    }
    return new CausalGraph(names, edges, confidence);
  }

  /** A graph without edges. */
  public static CausalGraph empty(List<String> names) {
    return of(names, new boolean[names.size()][names.size()]);
  }

  public int size() {
    return names.size();
  }

  public List<String> names() {
    return names;
  }

  public String name(int latent) {
    return names.get(latent);
  }

  public boolean hasEdge(int from, int to) {
    return edges[from][to];
  }

  /** Confidence of an edge, in [0, 1]; also of one that this graph does not have. */
  public double confidence(int from, int to) {
    return confidence[from][to];
  }

  /** Name of a latent in sentences: {@code shadow length} for {@code shadow_length}. */
  public String spokenName(int latent) {
    return name(latent).replace('_', ' ');
  }

  /** Names of the direct causes of a latent in sentences. */
  public List<String> spokenParentNames(int latent) {
    return Arrays.stream(parents(latent)).mapToObj(this::spokenName).toList();
  }

  /** Returns true if a latent is a direct or an indirect cause of another. */
  public boolean isAncestor(int from, int to) {
    return Arrays.stream(parents(to))
        .anyMatch(parent -> parent == from || isAncestor(from, parent));
  }

  /** Direct causes of a latent, ascending. */
  public int[] parents(int latent) {
    int[] found = new int[size()];
    int n = 0;
    for (int i = 0; i < size(); i++) {
      if (edges[i][latent]) {
        found[n++] = i;
      }
    }
    return Arrays.copyOf(found, n);
  }

  /** Names of the direct causes of a latent. */
  public List<String> parentNames(int latent) {
    List<String> found = new ArrayList<>();
    for (int parent : parents(latent)) {
      found.add(names.get(parent));
    }
    return found;
  }

  /**
   * One edge.
   *
   * @param from index of the cause
   * @param to index of the effect
   * @param confidence in [0, 1]
   */
  public record Edge(int from, int to, double confidence) {}

  /** All edges, by cause, then by effect. */
  public List<Edge> edgeList() {
    List<Edge> found = new ArrayList<>();
    for (int i = 0; i < size(); i++) {
      for (int j = 0; j < size(); j++) {
        if (edges[i][j]) {
          found.add(new Edge(i, j, confidence[i][j]));
        }
      }
    }
    return found;
  }

  /** Mean confidence of the edges; empty for a graph without edges. */
  public OptionalDouble meanConfidence() {
    return edgeList().stream().mapToDouble(Edge::confidence).average();
  }

  public boolean isRoot(int latent) {
    return parents(latent).length == 0;
  }

  /** The latents sorted so that causes come before their effects. */
  public int[] order() {
    return order.clone();
  }

  /** {@code [from][to]}, a copy. */
  public boolean[][] edges() {
    return copy(edges, size());
  }

  /** The same graph under other names, same order. */
  public CausalGraph renamed(List<String> newNames) {
    return new CausalGraph(newNames, edges, confidence);
  }

  private int[] topologicalOrder() {
    int d = size();
    int[] missing = new int[d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        if (edges[i][j]) {
          missing[j]++;
        }
      }
    }
    ArrayDeque<Integer> ready = new ArrayDeque<>();
    for (int i = 0; i < d; i++) {
      if (missing[i] == 0) {
        ready.add(i);
      }
    }
    int[] sorted = new int[d];
    int n = 0;
    while (!ready.isEmpty()) {
      int next = ready.remove();
      sorted[n++] = next;
      for (int j = 0; j < d; j++) {
        if (edges[next][j] && --missing[j] == 0) {
          ready.add(j);
        }
      }
    }
    if (n < d) {
      throw new IllegalArgumentException("the edges form a cycle: " + this);
    }
    return sorted;
  }

  private static boolean[][] copy(boolean[][] edges, int d) {
    boolean[][] copy = new boolean[d][];
    for (int i = 0; i < d; i++) {
      if (edges[i].length != d) {
        throw new IllegalArgumentException(
            "row %d of the edges has %d cells, expected %d".formatted(i, edges[i].length, d));
      }
      copy[i] = edges[i].clone();
    }
    return copy;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CausalGraph that
        && names.equals(that.names)
        && Arrays.deepEquals(edges, that.edges)
        && Arrays.deepEquals(confidence, that.confidence);
  }

  @Override
  public int hashCode() {
    return 31 * names.hashCode() + Arrays.deepHashCode(edges);
  }

  /** Edges as {@code pendulum -> shadow length, light -> shadow length}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Edge edge : edgeList()) {
      text.append(text.isEmpty() ? "" : ", ")
          .append(names.get(edge.from()))
          .append(" -> ")
          .append(names.get(edge.to()));
    }
    return text.isEmpty() ? "no edges" : text.toString();
  }
}
