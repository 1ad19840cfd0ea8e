package dev.residua.training;

/** Learns the graph and the equations of vectors by gradient descent, without images. */
@FunctionalInterface
public interface GraphLearner {
  /**
   * Minimises the causal terms of the loss over the graph and the equations.
   *
   * @param z vectors, standardised, shape {@code [n][d]}, n at least the batch
   * @param settings of which latents, steps, batch, learning rate, seed and the network's causal
   *     terms are used
   * @return probability of each edge {@code [from][to]} that the training settled on
   * @throws IllegalArgumentException if shapes or settings do not fit
   */
  double[][] learn(double[][] z, TrainingSettings settings);
}
