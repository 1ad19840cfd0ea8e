package dev.residua.dataset;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;

/**
 * A picture whose contents cause one another in a known way. Nodes are numbered in causal order;
 * roots are uniform over {@link #lowest} to {@link #highest}, every other node is {@code
 * mechanism(parents) + noise}. Implementations are immutable and safe for use by many threads.
 */
public sealed interface Scene permits Pendulum, Flow {
  /** Names of the scenes that {@link #named} knows. */
  List<String> NAMES = List.of("pendulum", "flow");

  /**
   * The scene of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  static Scene named(String name) {
    return switch (name) {
      case "pendulum" -> new Pendulum();
      case "flow" -> new Flow();
      default ->
          throw new IllegalArgumentException(
              "unknown scene '%s', expected one of %s".formatted(name, String.join(", ", NAMES)));
    };
  }

  String name();

  /** The true graph; its names are the factor columns of {@code labels.csv}. */
  CausalGraph graph();

  /** Factor columns in causal order. */
  default List<String> factors() {
    return graph().names();
  }

  /** Smallest value of a root in nominal frames, in the units of the factor. */
  double lowest(int root);

  /** Largest value of a root in nominal frames, in the units of the factor. */
  double highest(int root);

  /** Keeps a value inside what can be drawn; events may leave the nominal range but not this. */
  double clip(int node, double value);

  /**
   * Right-hand side of the structural equation of a caused node, without its noise.
   *
   * @param factors values of all nodes, of which only the parents of {@code node} are read
   */
  double mechanism(int node, double[] factors);

  /** Standard deviations of the noise of the usual noisy variant, one a caused node. */
  double[] usualNoise();

  /**
   * Noise of a caused node in the literal variant, from its quantile.
   *
   * @param quantile in (0, 1)
   */
  double literalNoise(int node, double quantile);

  /** Standard deviation of {@link #literalNoise}; 0 where there is none. */
  double literalNoiseDeviation(int node);

  /**
   * Draws one frame, anti-aliased.
   *
   * @param factors one value a node
   * @param into receives unsigned bytes, {@code [height][width][channels]}
   * @param offset index in {@code into} of the first byte
   */
  void draw(double[] factors, byte[] into, int offset, ImageShape shape);

  /** Nodes that have parents, ascending. */
  default int[] caused() {
    CausalGraph graph = graph();
    int[] nodes = new int[graph.size()];
    int n = 0;
    for (int node = 0; node < graph.size(); node++) {
      if (!graph.isRoot(node)) {
        nodes[n++] = node;
      }
    }
    return Arrays.copyOf(nodes, n);
  }
}
