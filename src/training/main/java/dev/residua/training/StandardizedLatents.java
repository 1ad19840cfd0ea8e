package dev.residua.training;

import dev.residua.causal.CategoricalDistribution;
import dev.residua.causal.Latent;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.NodeColumns;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.Variables;
import dev.residua.model.NetworkPlan;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Latents of the training frames: those that labels anchor are in standard deviations of their
 * labels, the rest has mean 0 and variance 1.
 *
 * @param z shape {@code [trained][d]}
 * @param mean subtracted from each column of the network's output
 * @param scale divides each column after that
 */
@SuppressWarnings("ArrayRecordComponent") // made once per training
record StandardizedLatents(double[][] z, double[] mean, double[] scale) {
  /** A plan that gives the latents as the network does. */
  static NetworkPlan plan(TrainedNetwork network, NodeColumns columns) {
    int width = columns.columns();
    double[] ones = new double[width];
    Arrays.fill(ones, 1);
    return network.plan(new double[width], ones, LatentLinearization.none(width), null, null);
  }

  /** A plan with one value per latent: the category for the columns of a categorical one. */
  static NetworkPlan plan(NetworkPlan plain, NodeColumns columns) {
    return plain.withDistributions(
        IntStream.range(0, columns.latents())
            .filter(columns::isCategorical)
            .mapToObj(i -> CategoricalDistribution.uniform(i, columns.count(i)))
            .toList());
  }

  /**
   * Encodes and standardises the training frames.
   *
   * @param scorer of a plan with one value per latent
   * @throws TrainingFailedException if a latent does not vary
   */
  static StandardizedLatents of(
      TrainingInput input, ResidualScorer scorer, TrainingProgress progress)
      throws TrainingFailedException {
    NodeColumns columns = NodeColumns.of(input.latents);
    double[] mean = new double[columns.columns()];
    double[] scale = new double[columns.columns()];
    Arrays.fill(scale, 1);
    double[][] z = encoded(input, scorer, progress);
    int labelled = input.labelled.length > 0 ? input.data.factorNames().size() : 0;
    for (Latent latent : input.latents) {
      int j = latent.index();
      double[] moments = moments(latent, z);
      if (j >= labelled) {
        mean[columns.first(j)] = moments[0];
        scale[columns.first(j)] = moments[1];
        for (double[] row : z) {
          row[j] = (row[j] - moments[0]) / moments[1];
        }
      }
    }
    return new StandardizedLatents(z, mean, scale);
  }

  private static double[][] encoded(
      TrainingInput input, ResidualScorer scorer, TrainingProgress progress) {
    int[] frames = IntStream.range(0, input.trained).toArray();
    LatentBatch batch =
        FrameScores.of(scorer, input.data, Variables.NONE, frames, "encoding", progress);
    return FrameScores.rows(batch.observed(), input.trained, input.latents.size());
  }

  private static double[] moments(Latent latent, double[][] z) throws TrainingFailedException {
    int j = latent.index();
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < z.length; i++) {
      double before = z[i][j] - mean;
      mean += before / (i + 1);
      squares += before * (z[i][j] - mean);
    }
    double sd = Math.sqrt(squares / z.length);
    if (!(sd > 1e-6)) {
      throw new TrainingFailedException(
          "latent %s does not vary over the frames (standard deviation %.3g): train longer, label some frames, or ask for fewer --latents"
              .formatted(latent.name(), sd));
    }
    return new double[] {mean, sd};
  }
}
