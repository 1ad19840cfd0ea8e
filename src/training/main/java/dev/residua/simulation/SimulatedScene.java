package dev.residua.simulation;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A picture whose factors have a known causal structure. Nodes are numbered in causal order; roots
 * are uniform from {@link #lowest} to {@link #highest} unless the scene overrides it, every other
 * node is {@code mechanism(parents) + noiseScale(parents) * noise}. A {@link DynamicScene} has
 * memory too. Other contents of the picture and confounders of the roots are {@link #hidden}.
 * Immutable and thread-safe.
 */
public sealed interface SimulatedScene permits ContinuousScene, Candle {
  /** Names of the scenes that {@link #named} knows. */
  List<String> NAMES =
      List.of("pendulum", "flow", "candle", "valve", "pump", "plant", "tank", "belt", "plate");

  /**
   * The scene of that name.
   *
   * @param kind of its noise; only the pendulum and the flow have a choice
   * @throws IllegalArgumentException if there is none; the message lists the known names
   */
  static SimulatedScene named(String name, NoiseKind kind) {
    if (kind != NoiseKind.ADDITIVE
        && NAMES.contains(name)
        && !List.of("pendulum", "flow").contains(name)) {
      throw new IllegalArgumentException(
          "%s noise is for pendulum and flow only, not for %s".formatted(kind, name));
    }
    return switch (name) {
      case "pendulum" -> new Pendulum(kind);
      case "flow" -> new Flow(kind);
      case "candle" -> new Candle();
      case "valve" -> new Valve();
      case "pump" -> new Pump();
      case "plant" -> new Plant();
      case "tank" -> new Tank();
      case "belt" -> new Belt();
      case "plate" -> new Plate();
      default ->
          throw new IllegalArgumentException(
              "unknown scene '%s', expected one of %s".formatted(name, String.join(", ", NAMES)));
    };
  }

  String name();

  /** Returns true if values depend on earlier frames, so that the frames are a sequence. */
  default boolean isDynamic() {
    return this instanceof DynamicScene;
  }

  /** Settings of this scene in addition to its name, for the origin of a data set. */
  default Map<String, Object> settings() {
    return Map.of();
  }

  /** The true graph; its names are the factors and variables of {@code labels.csv}. */
  CausalGraph graph();

  /**
   * The factors that do not show in the picture, but are brought by frames: variables, in columns
   * {@code variable.<name>}.
   */
  default List<String> variables() {
    return List.of();
  }

  /** Factors in causal order, variables among them. */
  default List<String> factors() {
    return graph().names();
  }

  /** Smallest value of a root in nominal frames, in the units of the factor. */
  double lowest(int root);

  /** Largest value of a root in nominal frames, in the units of the factor. */
  double highest(int root);

  /** Clips a value to the range that can be drawn, which is wider than the nominal range. */
  double clip(int node, double value);

  /**
   * Names of the variables in addition to the factors: confounders of the roots and nuisances of
   * the picture, as columns of {@code labels.csv}.
   */
  default List<String> hidden() {
    return List.of();
  }

  /**
   * Value of a hidden variable from its quantile.
   *
   * @param quantile in (0, 1)
   * @param noise standard deviations in the noisy variant; null in the literal one
   */
  default double hiddenAt(int index, double quantile, @Nullable List<Double> noise) {
    throw new IllegalArgumentException("nothing is hidden in " + name());
  }

  /**
   * Value of a root from its quantile.
   *
   * @param quantile in (0, 1)
   * @param hidden the frame's hidden variables
   */
  default double rootAt(int root, double quantile, double[] hidden) {
    double low = lowest(root);
    return low + (highest(root) - low) * quantile;
  }

  /**
   * Right-hand side of the structural equation of a caused node, without noise and memory.
   *
   * @param factors values of all nodes, of which only the parents of {@code node} are read
   */
  double mechanism(int node, double[] factors);

  /**
   * The factor on the noise of a caused node; 1 for additive noise, never 0.
   *
   * @param factors values of all nodes, of which only the parents of {@code node} are read
   */
  default double noiseScale(int node, double[] factors) {
    return 1;
  }

  /** The names of the numbers of {@link #usualNoise}: the caused factors, in causal order. */
  default List<String> noisy() {
    return Arrays.stream(caused()).mapToObj(factors()::get).toList();
  }

  double[] usualNoise();

  /**
   * Noise of a caused node in the literal variant, from its quantile; none unless a scene has it.
   *
   * @param quantile in (0, 1)
   */
  default double literalNoise(int node, double quantile) {
    return 0;
  }

  /** Standard deviation of {@link #literalNoise}; 0 if there is none. */
  default double literalNoiseDeviation(int node) {
    return 0;
  }

  /**
   * Draws one frame, anti-aliased.
   *
   * @param factors one value per node
   * @param hidden one value for each of {@link #hidden()}
   * @param into receives unsigned bytes, {@code [height][width][channels]}
   * @param offset index in {@code into} of the first byte
   */
  void draw(double[] factors, double[] hidden, byte[] into, int offset, ImageShape shape);

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
