package dev.residua.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Layout of {@code graph.json}.
 *
 * @param absent edges that the graph does not have, but that of some half-samples; missing in files
 *     of earlier versions
 */
record GraphFile(
    List<String> order,
    List<Edge> edges,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Edge> absent) {
  GraphFile {
    order = List.copyOf(order);
    edges = List.copyOf(edges);
    absent = absent == null ? List.of() : List.copyOf(absent);
  }

  record Edge(String from, String to, double confidence) {
    Edge {
      if (!(confidence >= 0 && confidence <= 1)) {
        throw new IllegalArgumentException(
            "edge %s -> %s has confidence %s, expected a number in [0, 1]"
                .formatted(from, to, confidence));
      }
    }
  }

  static GraphFile of(CausalGraph graph) {
    List<Edge> edges = new ArrayList<>();
    List<Edge> absent = new ArrayList<>();
    for (int from = 0; from < graph.size(); from++) {
      for (int to = 0; to < graph.size(); to++) {
        Edge edge = new Edge(graph.name(from), graph.name(to), graph.confidence(from, to));
        if (graph.hasEdge(from, to)) {
          edges.add(edge);
        } else if (edge.confidence() > 0) {
          absent.add(edge);
        }
      }
    }
    List<String> order = new ArrayList<>();
    for (int latent : graph.order()) {
      order.add(graph.name(latent));
    }
    return new GraphFile(order, edges, absent);
  }

  CausalGraph toGraph(List<String> names) {
    int d = names.size();
    Set<String> ordered = new HashSet<>(order);
    if (order.size() != d || !ordered.equals(Set.copyOf(names))) {
      throw new IllegalArgumentException(
          "its order has %s, expected each latent of the manifest once: %s"
              .formatted(order, names));
    }
    boolean[][] has = new boolean[d][d];
    double[][] confidence = new double[d][d];
    boolean[][] named = new boolean[d][d];
    read(edges, names, named, confidence);
    for (int i = 0; i < d; i++) {
      has[i] = named[i].clone();
    }
    read(absent, names, named, confidence);
    return new CausalGraph(names, has, confidence);
  }

  private static void read(
      List<Edge> edges, List<String> names, boolean[][] named, double[][] confidence) {
    for (Edge edge : edges) {
      int from = names.indexOf(edge.from());
      int to = names.indexOf(edge.to());
      if (from < 0 || to < 0) {
        throw new IllegalArgumentException(
            "edge %s -> %s names a latent that the manifest does not have: %s"
                .formatted(edge.from(), edge.to(), names));
      }
      if (named[from][to]) {
        throw new IllegalArgumentException(
            "it has the edge %s -> %s twice".formatted(edge.from(), edge.to()));
      }
      named[from][to] = true;
      confidence[from][to] = edge.confidence();
    }
  }
}
