package dev.residua.dl4j;

/**
 * A drawn permutation of latents, and the gradient by its parameters. Forward it is hard, backward
 * soft (straight-through).
 */
interface OrderSample {
  /** Latent of each rank, causes first. */
  int[] hard();

  /** The relaxed permutation matrix, {@code [rank][latent]} row-major; rows sum to 1. */
  double[] soft();

  /**
   * @param gradient of the loss by {@link #soft}, {@code [rank][latent]}
   * @return gradient by the parameters
   */
  double[] backward(double[] gradient);
}
