package dev.residua.training;

import dev.residua.causal.NetworkEngine;
import dev.residua.causal.NodeColumns;
import java.util.List;

/** Compares latents of ONNX Runtime with those of the engine that trained the network. */
final class EngineAgreement {
  private static final double LARGEST = 1e-5;
  private static final int FRAMES = 256;

  private EngineAgreement() {}

  /**
   * The largest {@link #disagreement} on frames of a data set.
   *
   * @param onnx runs the network
   * @throws TrainingFailedException if it is above 1e-5
   */
  static double check(
      TrainingData data, TrainedNetwork network, NetworkEngine onnx, NodeColumns columns)
      throws TrainingFailedException {
    int frames = Math.min(FRAMES, data.size());
    int size = data.shape().size();
    byte[] pixels = new byte[frames * size];
    for (int i = 0; i < frames; i++) {
      data.read((int) ((long) i * data.size() / frames), pixels, i * size);
    }
    float[] engine = network.encode(pixels, frames);
    double worst = disagreement(engine, onnx.encode(pixels, frames, List.of()), columns);
    if (!(worst <= LARGEST)) {
      throw new TrainingFailedException(
          "ONNX Runtime deviates from the trained network by %.3g on %d frames, allowed is %.0e: this is a fault of this program or of the processor's libraries, not of the data"
              .formatted(worst, frames, LARGEST));
    }
    return worst;
  }

  /**
   * Largest difference of two engines' outputs, relative to 1 plus the value. Of a category it is
   * relative to 1 plus the largest logit: only differences of its logits count, and one near 0 is
   * the sum of values as large as the others.
   *
   * @param one shape {@code [frames][columns]}, as the other
   * @return not a number if a value is none
   */
  static double disagreement(float[] one, float[] other, NodeColumns columns) {
    double worst = 0;
    for (int row = 0; row < one.length; row += columns.columns()) {
      for (int latent = 0; latent < columns.latents(); latent++) {
        int from = row + columns.first(latent);
        int to = from + columns.count(latent);
        double largest = 0;
        double apart = 0;
        for (int k = from; k < to; k++) {
          largest = Math.max(largest, Math.abs(one[k]));
          apart = Math.max(apart, Math.abs((double) one[k] - other[k]));
        }
        worst = Math.max(worst, apart / (1 + largest));
      }
    }
    return worst;
  }
}
