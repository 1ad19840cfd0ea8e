package dev.residua.training;

import dev.residua.model.NetworkPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A network after its training. Owns native memory: close it. */
public interface TrainedNetwork extends AutoCloseable {
  /** Number of columns of the latents {@code d}: one each, but one per value of a category. */
  int latents();

  /**
   * Latents as the training engine computes them, the reference for {@link #plan}.
   *
   * @param pixels unsigned bytes, {@code [frames][height][width][channels]}
   * @return shape {@code [frames][d]}; anchored latents in standard deviations of their labels
   */
  float[] encode(byte[] pixels, int frames);

  /**
   * Returns the network of a model.
   *
   * @param mean subtracted from each latent, shape {@code [d]}
   * @param scale divides each latent afterwards, shape {@code [d]}, above 0
   * @param linearization maps the latents so standardised
   * @param head corrects the latents after that; null leaves them as they are
   * @param mechanisms structural equations of the corrected latents, and of the variables of a
   *     model that has any behind them; null expects 0
   */
  NetworkPlan plan(
      double[] mean,
      double[] scale,
      LatentLinearization linearization,
      @Nullable LatentHead head,
      @Nullable Mechanisms mechanisms);

  /**
   * The weights in a layout of this engine; after a stopped training also the state to continue to
   * the same result.
   */
  byte[] weights();

  /** Mean losses of the last twentieth of the training, or the latest ones if it was stopped. */
  TrainingLosses finalLosses();

  /** The losses over time: up to 200 evenly spaced points of running means. */
  List<TrainingLosses> history();

  /** The fixed graph, or the learnt one: probability of {@code [from][to]}, in [0, 1]. */
  double[][] learntEdges();

  /** Warnings about the result, in words. */
  List<String> warnings();

  /** Wall-clock times of the steps. */
  StepTimes stepTimes();

  @Override
  void close();
}
