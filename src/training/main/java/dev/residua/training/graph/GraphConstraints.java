package dev.residua.training.graph;

import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.List;

/**
 * Constraints of a graph search: required edges, forbidden edges, and pairs with a known causal
 * order. Immutable.
 *
 * <p>A pair {@code before[a][b]} says that some order of all latents in which causes precede
 * effects has {@code a} before {@code b}; it forbids every path from {@code b} to {@code a}.
 *
 * @param names one per latent, in the model's order
 * @param required {@code [from][to]}, shape {@code [d][d]}
 * @param forbidden {@code [from][to]}, shape {@code [d][d]}
 * @param before {@code [earlier][later]}, shape {@code [d][d]}
 */
public record GraphConstraints(
    List<String> names, boolean[][] required, boolean[][] forbidden, boolean[][] before) {
  /**
   * @throws IllegalArgumentException if shapes differ, an edge is both required and forbidden, or
   *     required edges and order form a cycle
   */
  public GraphConstraints {
    names = List.copyOf(names);
    required = copy("required", required, names.size());
    forbidden = copy("forbidden", forbidden, names.size());
    before = copy("before", before, names.size());
    int d = names.size();
    boolean[][] ordered = new boolean[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        if (required[i][j] && forbidden[i][j]) {
          throw new IllegalArgumentException(
              "the edge %s -> %s is both required and forbidden"
                  .formatted(names.get(i), names.get(j)));
        }
        ordered[i][j] = required[i][j] || before[i][j];
      }
    }
    refuseCycle("the required edges form a cycle: ", names, required);
    refuseCycle("the required edges contradict the order: ", names, ordered);
  }

  /** No constraints. */
  public static GraphConstraints none(List<String> names) {
    int d = names.size();
    return new GraphConstraints(names, new boolean[d][d], new boolean[d][d], new boolean[d][d]);
  }

  /** Constraints that allow only one graph: every edge that it lacks is forbidden. */
  public static GraphConstraints exactly(CausalGraph graph) {
    int d = graph.size();
    boolean[][] forbidden = new boolean[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        forbidden[i][j] = i != j && !graph.hasEdge(i, j);
      }
    }
    return new GraphConstraints(graph.names(), graph.edges(), forbidden, new boolean[d][d]);
  }

  /**
   * Forbids every edge into some nodes that is not required.
   *
   * @param closed one per node
   */
  public GraphConstraints withoutEdgesInto(boolean[] closed) {
    int d = names.size();
    boolean[][] more = new boolean[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        more[i][j] = forbidden[i][j] || (i != j && closed[j] && !required[i][j]);
      }
    }
    return new GraphConstraints(names, required, more, before);
  }

  /**
   * Returns true if every edge is required or forbidden, so that {@link #graph} is the only graph.
   */
  public boolean complete() {
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j < names.size(); j++) {
        if (i != j && !required[i][j] && !forbidden[i][j]) {
          return false;
        }
      }
    }
    return true;
  }

  /** The graph of the required edges. */
  public CausalGraph graph() {
    return CausalGraph.of(names, required);
  }

  public boolean empty() {
    for (int i = 0; i < names.size(); i++) {
      for (int j = 0; j < names.size(); j++) {
        if (required[i][j] || forbidden[i][j] || before[i][j]) {
          return false;
        }
      }
    }
    return true;
  }

  /** Set of the latents that must cause a latent, one bit each. */
  public int requiredParents(int latent) {
    return column(required, latent);
  }

  /** Set of the latents that must not cause a latent, one bit each. */
  public int forbiddenParents(int latent) {
    return column(forbidden, latent);
  }

  /** Set of the latents that come after a latent, one bit each. */
  public int later(int latent) {
    int set = 0;
    for (int j = 0; j < names.size(); j++) {
      set |= before[latent][j] ? 1 << j : 0;
    }
    return set;
  }

  private static int column(boolean[][] cells, int latent) {
    int set = 0;
    for (int i = 0; i < cells.length; i++) {
      set |= cells[i][latent] ? 1 << i : 0;
    }
    return set;
  }

  private static void refuseCycle(String what, List<String> names, boolean[][] edges) {
    List<String> left = new ArrayList<>();
    boolean[] removed = new boolean[names.size()];
    boolean progress = true;
    while (progress) {
      progress = false;
      for (int i = 0; i < removed.length; i++) {
        boolean caused = false;
        boolean causes = false;
        for (int j = 0; j < removed.length; j++) {
          caused |= !removed[j] && edges[j][i];
          causes |= !removed[j] && edges[i][j];
        }
        // A latent without remaining causes or effects is on no cycle.
        if (!removed[i] && !(caused && causes)) {
          removed[i] = true;
          progress = true;
        }
      }
    }
    for (int i = 0; i < removed.length; i++) {
      for (int j = 0; j < removed.length; j++) {
        if (!removed[i] && !removed[j] && edges[i][j]) {
          left.add(names.get(i) + " -> " + names.get(j));
        }
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(what + String.join(", ", left));
    }
  }

  private static boolean[][] copy(String what, boolean[][] cells, int d) {
    if (cells.length != d) {
      throw new IllegalArgumentException(
          "%s has %d rows, expected one for each of the %d latents"
              .formatted(what, cells.length, d));
    }
    boolean[][] copy = new boolean[d][];
    for (int i = 0; i < d; i++) {
      if (cells[i].length != d) {
        throw new IllegalArgumentException(
            "row %d of %s has %d cells, expected %d".formatted(i, what, cells[i].length, d));
      }
      copy[i] = cells[i].clone();
    }
    return copy;
  }
}
