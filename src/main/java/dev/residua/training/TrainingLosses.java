package dev.residua.training;

/**
 * Losses of one training step, before weighting.
 *
 * @param reconstruction squared pixel error summed over a frame, mean over the batch; intensities
 *     in [0, 1]
 * @param label mean squared error of anchored latents, in squared standard deviations of the
 *     labels; 0 without labels
 * @param mmd squared maximum mean discrepancy between standardised residuals and their
 *     coordinate-wise permuted copy; near 0 when residuals are independent
 * @param structural mean logarithm of the residuals' variance, of latents with variance 1
 * @param edges expected number of edges of the learnt gates
 */
public record TrainingLosses(
    double reconstruction, double label, double mmd, double structural, double edges) {}
