package dev.residua.training;

/** Learns the graph and the equations of vectors by gradient descent, without images. */
@FunctionalInterface
public interface GraphLearner {
  /**
   * Minimises the causal terms of the loss over the graph and the equations.
   *
   * @param z vectors, standardised, shape {@code [n][d]}, n at least the batch
   * @param settings only latents, steps, batch, learning rate, seed and causal terms matter
   * @return final probability of each edge {@code [from][to]}
   * @throws IllegalArgumentException if shapes or settings do not fit
   */
  double[][] learn(double[][] z, TrainingSettings settings);

  /** The edges that are more likely than not, of probabilities {@code [from][to]}. */
  static boolean[][] edges(double[][] probabilities) {
    boolean[][] edges = new boolean[probabilities.length][probabilities.length];
    for (int i = 0; i < edges.length; i++) {
      for (int j = 0; j < edges.length; j++) {
        edges[i][j] = probabilities[i][j] > 0.5;
      }
    }
    return edges;
  }
}
