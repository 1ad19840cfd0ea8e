package dev.residua.training;

import dev.residua.causal.CausalGraph;

/** The graph over the latents and the structural equations fitted on it. */
record GraphFit(CausalGraph graph, Mechanisms equations) {
  /**
   * Searches the graph unless it is known completely, and fits the equations.
   *
   * @param z latents of the frames that were trained on, shape {@code [trained][d]}
   */
  static GraphFit of(
      TrainingInput input,
      double[][] z,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      TrainingProgress progress)
      throws TrainingFailedException {
    long seed = input.settings.seed();
    progress.at("searching the graph", 0, null);
    CausalGraph graph;
    try {
      graph =
          input.known.complete()
              ? input.known.graph()
              : ExactDagSearch.search(z, input.holds, input.known, search.withSeed(seed));
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the graph cannot be searched: " + e.getMessage(), e);
    }
    progress.at("fitting mechanisms", 0, null);
    try {
      return new GraphFit(graph, Mechanisms.fit(graph, z, input.holds, mechanisms.withSeed(seed)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new TrainingFailedException("mechanisms cannot be fitted: " + e.getMessage(), e);
    }
  }
}
