package dev.residua.simulation;

import dev.residua.causal.CausalGraph;

/** A scene whose factors are all continuous, each in a range of its own. */
abstract sealed class ContinuousScene implements SimulatedScene
    permits Pendulum, Flow, Valve, Pump, Plant, DynamicScene {
  private final String name;
  private final CausalGraph graph;
  private final double[] lowest;
  private final double[] highest;
  private final double[] least;
  private final double[] most;
  private final double[] usualNoise;

  /**
   * @param lowest nominal minimum of each root
   * @param highest nominal maximum of each root
   * @param least smallest value of each node that can be drawn
   * @param most largest value of each node that can be drawn
   * @param usualNoise standard deviation of each caused node's noise in the usual noisy variant
   */
  ContinuousScene(
      String name,
      CausalGraph graph,
      double[] lowest,
      double[] highest,
      double[] least,
      double[] most,
      double[] usualNoise) {
    this.name = name;
    this.graph = graph;
    this.lowest = lowest;
    this.highest = highest;
    this.least = least;
    this.most = most;
    this.usualNoise = usualNoise;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public CausalGraph graph() {
    return graph;
  }

  @Override
  public double lowest(int root) {
    return lowest[root];
  }

  @Override
  public double highest(int root) {
    return highest[root];
  }

  @Override
  public double clip(int node, double value) {
    return Math.max(least[node], Math.min(most[node], value));
  }

  @Override
  public double[] usualNoise() {
    return usualNoise.clone();
  }
}
