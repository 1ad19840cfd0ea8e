package dev.residua.causal;

import java.util.Map;

/**
 * Picture of a frame if some latents had other values: each is set from outside, its effects follow
 * by their equations, and every residual stays as in the frame (abduction, action and prediction:
 * Pearl, Causality, 2009, section 7.1).
 *
 * <p>It is valid if graph and equations are, and if the values lie within those of the training.
 */
public final class Counterfactual {
  private Counterfactual() {}

  /**
   * The latents with some of them set.
   *
   * @param graph over the nodes of the equations
   * @param z of a frame, shape {@code [nodes]}; a variable that is missing is NaN and counts as its
   *     mean
   * @param set values by node
   * @return shape {@code [nodes]}
   * @throws IllegalArgumentException if shapes differ, or a node that is set does not exist
   */
  public static float[] of(
      StructuralEquations equations, CausalGraph graph, float[] z, Map<Integer, Float> set) {
    int n = equations.latents();
    if (graph.size() != n
        || z.length != n
        || set.keySet().stream().anyMatch(k -> k < 0 || k >= n)) {
      throw new IllegalArgumentException(
          "equations of %d nodes got a graph of %d, %d values, and sets %s"
              .formatted(n, graph.size(), z.length, set.keySet()));
    }
    float[] observed = z.clone();
    for (int i = 0; i < n; i++) {
      observed[i] = Float.isNaN(observed[i]) ? 0 : observed[i];
    }
    float[] explained = equations.expected(observed, 1);
    float[] result = observed.clone();
    for (int node : graph.order()) {
      Float value = set.get(node);
      if (value != null) {
        result[node] = value;
      } else if (!graph.isRoot(node)) {
        float residual = observed[node] - explained[node];
        result[node] = equations.expected(result, 1)[node] + residual;
      }
    }
    return result;
  }
}
