package dev.residua.model;

import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Layout of {@code graph.json}. */
record GraphFile(List<String> order, List<Edge> edges) {
  GraphFile {
    order = List.copyOf(order);
    edges = List.copyOf(edges);
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
    List<Edge> edges =
        graph.edgeList().stream()
            .map(e -> new Edge(graph.name(e.from()), graph.name(e.to()), e.confidence()))
            .toList();
    List<String> order = new ArrayList<>();
    for (int latent : graph.order()) {
      order.add(graph.name(latent));
    }
    return new GraphFile(order, edges);
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
    for (Edge edge : edges) {
      int from = names.indexOf(edge.from());
      int to = names.indexOf(edge.to());
      if (from < 0 || to < 0) {
        throw new IllegalArgumentException(
            "edge %s -> %s names a latent that the manifest does not have: %s"
                .formatted(edge.from(), edge.to(), names));
      }
      if (has[from][to]) {
        throw new IllegalArgumentException(
            "it has the edge %s -> %s twice".formatted(edge.from(), edge.to()));
      }
      has[from][to] = true;
      confidence[from][to] = edge.confidence();
    }
    return new CausalGraph(names, has, confidence);
  }
}
