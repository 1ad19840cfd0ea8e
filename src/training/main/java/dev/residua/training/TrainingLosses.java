package dev.residua.training;

/**
 * Losses of one training step, before weighting; 0 if a term is not in use.
 *
 * @param reconstruction squared pixel error summed over a frame, mean over the batch; intensities
 *     in [0, 1]
 * @param label mean squared error of anchored latents over the known labels, in squared standard
 *     deviations of the labels
 * @param held mean squared difference within held pairs, in variances of the latent; near 2 if a
 *     latent is independent of the held factor
 * @param order mean over answers of {@code log(1 + exp(-3 difference))}, the difference in standard
 *     deviations of the latent and in the direction of the answer; 0.69 by chance
 * @param swap squared pixel error, as above, of frames decoded with the held factor's latent of the
 *     other frame of their pair
 * @param mmd squared maximum mean discrepancy between standardised residuals and their target
 *     distribution; near 0 if they agree
 * @param structural the structural term, see {@link LancaSettings.StructuralTerm}
 * @param edges expected number of edges of the graph
 * @param divergence of a variational encoder from N(0, I), in nats per frame
 */
public record TrainingLosses(
    double reconstruction,
    double label,
    double held,
    double order,
    double swap,
    double mmd,
    double structural,
    double edges,
    double divergence) {
  /** Number of losses. */
  public static final int COUNT = 9;

  /** In the order of the components. */
  public double[] toArray() {
    return new double[] {
      reconstruction, label, held, order, swap, mmd, structural, edges, divergence
    };
  }

  /** The inverse of {@link #toArray}. */
  public static TrainingLosses of(double[] values) {
    return new TrainingLosses(
        values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7],
        values[8]);
  }
}
