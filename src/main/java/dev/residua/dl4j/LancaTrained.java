package dev.residua.dl4j;

import dev.residua.training.LatentHead;
import dev.residua.training.Mechanisms;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingLosses;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A trained network that can still compute in the engine, on the training thread. */
final class LancaTrained implements TrainedNetwork {
  private final LancaNetwork network;
  private final NetworkWeights weights;
  private final TrainingLosses finalLosses;
  private final List<TrainingLosses> history;
  private final double stepMillis;
  private final ExecutorService thread;

  LancaTrained(
      LancaNetwork network,
      NetworkWeights weights,
      TrainingLosses finalLosses,
      List<TrainingLosses> history,
      double stepMillis,
      ExecutorService thread) {
    this.network = network;
    this.weights = weights;
    this.finalLosses = finalLosses;
    this.history = List.copyOf(history);
    this.stepMillis = stepMillis;
    this.thread = thread;
  }

  @Override
  public int latents() {
    return weights.latents();
  }

  @Override
  public float[] encode(byte[] pixels, int frames) {
    try {
      return thread.submit(() -> encodeHere(pixels, frames)).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("encoding failed: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("encoding was interrupted", e);
    }
  }

  private float[] encodeHere(byte[] pixels, int frames) throws Exception {
    int d = weights.latents();
    int size = weights.image().size();
    int batch = network.batch();
    float[] latents = new float[frames * d];
    for (int from = 0; from < frames; from += batch) {
      int count = Math.min(batch, frames - from);
      float[] input = new float[batch * size];
      for (int r = 0; r < count; r++) {
        Blocks.put(
            weights.image(), pixels, (from + r) * size, weights.meanImage(), input, r * size);
      }
      INDArray array = Nd4j.create(input, network.framesShape(), 'c');
      INDArray z =
          QuietOutput.during(
              () ->
                  network
                      .graph()
                      .output(Map.of(LancaNetwork.FRAMES, array), LancaNetwork.LATENTS)
                      .get(LancaNetwork.LATENTS));
      System.arraycopy(z.dup('c').data().asFloat(), 0, latents, from * d, count * d);
    }
    return latents;
  }

  @Override
  public byte[] scorer(
      double[] mean, double[] scale, @Nullable LatentHead head, @Nullable Mechanisms mechanisms) {
    return OnnxExport.scorer(weights, mean, scale, head, mechanisms);
  }

  @Override
  public byte[] weights() {
    return weights.toBytes();
  }

  @Override
  public TrainingLosses finalLosses() {
    return finalLosses;
  }

  @Override
  public List<TrainingLosses> history() {
    return history;
  }

  @Override
  public double[][] learntEdges() {
    return GraphDraw.readOut(weights.get("order"), weights.get("edges"));
  }

  @Override
  public double stepMillis() {
    return stepMillis;
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
