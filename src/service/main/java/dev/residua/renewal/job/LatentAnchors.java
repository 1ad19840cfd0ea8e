package dev.residua.renewal.job;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameStatistics;
import dev.residua.causal.LatentBatch;
import dev.residua.renewal.gate.ExaminedModel;
import dev.residua.renewal.selection.StreamData;
import dev.residua.training.FrameScores;
import java.util.Arrays;

/** Estimates the active model's latents as anchors for those of the next model. */
final class LatentAnchors {
  /** Smallest p-value of a quiet channel. */
  private static final double QUIET = 0.01;

  private LatentAnchors() {}

  /**
   * Latents of the frames on which the model is reliable: the picture is of the known kind and
   * every caused latent follows its causes. Root latents may have any value, as their new values
   * are to be learnt.
   *
   * @return shape {@code [size][d]}; null for the other frames
   */
  static double[][] of(ExaminedModel model, StreamData data) {
    double[][] anchors = new double[data.size()][];
    int[] all = new int[data.size()];
    Arrays.setAll(all, i -> i);
    LatentBatch batch =
        FrameScores.of(
            model.scorer(), data, model.bundle().manifest().observed(), all, fraction -> {});
    double[][] latents = FrameScores.latents(batch);
    byte[] pixels = new byte[data.shape().size()];
    for (int i = 0; i < anchors.length; i++) {
      data.read(i, pixels, 0);
      float appearance = model.appearance().deviation(pixels, 0);
      FrameStatistics of = model.calibration().statistics(batch, i, appearance);
      anchors[i] = quiet(of, model.bundle().graph()) ? latents[i] : null;
    }
    return anchors;
  }

  private static boolean quiet(FrameStatistics of, CausalGraph graph) {
    if (of.reconstructionPValue() < QUIET || of.appearancePValue() < QUIET) {
      return false;
    }
    for (int k = 0; k < graph.size(); k++) {
      if (!graph.isRoot(k) && of.pValues()[k] < QUIET) {
        return false;
      }
    }
    return true;
  }
}
