package dev.residua.training;

import dev.residua.causal.CausalGraph;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The graph over latents and variables, and the structural equations fitted on it. */
record GraphFit(SearchedGraph searched, Mechanisms equations) {
  CausalGraph graph() {
    return searched.graph();
  }

  /**
   * Searches the graph unless it is known completely, and fits the equations.
   *
   * @param all latents, then variables, of the frames that were trained on, shape {@code
   *     [trained][nodes]}; frames with a missing variable are left out
   */
  static GraphFit of(
      TrainingInput input,
      double[][] all,
      ExactDagSearchSettings search,
      MechanismSettings mechanisms,
      TrainingProgress progress)
      throws TrainingFailedException {
    long seed = input.settings.seed();
    int[] complete =
        IntStream.range(0, all.length).filter(i -> input.data.hasVariables(i)).toArray();
    double[][] z = Arrays.stream(complete).mapToObj(i -> all[i]).toArray(double[][]::new);
    boolean[][] holds =
        Arrays.stream(complete).mapToObj(i -> input.holds[i]).toArray(boolean[][]::new);
    progress.at("searching the graph", 0, null);
    SearchedGraph searched;
    try {
      searched =
          input.known.complete()
              ? SearchedGraph.given(input.known.graph())
              : ExactDagSearch.search(z, holds, input.known, search.withSeed(seed));
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("the graph cannot be searched: " + e.getMessage(), e);
    }
    progress.at("fitting mechanisms", 0, null);
    try {
      return new GraphFit(
          searched, Mechanisms.fit(searched.graph(), z, holds, mechanisms.withSeed(seed)));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new TrainingFailedException("mechanisms cannot be fitted: " + e.getMessage(), e);
    }
  }
}
