package dev.residua.dl4j;

import dev.residua.model.NetworkPlan;
import dev.residua.training.LatentHead;
import dev.residua.training.LatentLinearization;
import dev.residua.training.Mechanisms;
import dev.residua.training.StepTimes;
import dev.residua.training.TrainedNetwork;
import dev.residua.training.TrainingLosses;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;

/** A trained network that can still compute in the engine, on the training thread. */
final class LancaTrained implements TrainedNetwork {
  private final ParallelAutoencoder autoencoder;
  private final NetworkWeights weights;
  private final LossCurve curve;
  private final List<String> warnings;
  private final StepTimes stepTimes;
  private final ExecutorService thread;

  LancaTrained(
      ParallelAutoencoder autoencoder,
      NetworkWeights weights,
      LossCurve curve,
      List<String> warnings,
      StepTimes stepTimes,
      ExecutorService thread) {
    this.autoencoder = autoencoder;
    this.weights = weights;
    this.curve = curve;
    this.warnings = List.copyOf(warnings);
    this.stepTimes = stepTimes;
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

  private float[] encodeHere(byte[] pixels, int frames) {
    int d = weights.latents();
    int size = weights.image().size();
    int batch = autoencoder.batch();
    float[] latents = new float[frames * d];
    float[] blocks = new float[batch * size];
    float[] probed = new float[autoencoder.probes() * size];
    for (int from = 0; from < frames; from += batch) {
      int count = Math.min(batch, frames - from);
      for (int r = 0; r < count; r++) {
        Blocks.put(
            weights.image(), pixels, (from + r) * size, weights.meanImage(), blocks, r * size);
      }
      float[] encoded = autoencoder.encode(blocks, blocks, probed);
      System.arraycopy(encoded, 0, latents, from * d, count * d);
    }
    return latents;
  }

  @Override
  public NetworkPlan plan(
      double[] mean,
      double[] scale,
      LatentLinearization linearization,
      @Nullable LatentHead head,
      @Nullable Mechanisms mechanisms) {
    return PlanBuilder.model(weights, mean, scale, linearization, head, mechanisms);
  }

  @Override
  public byte[] weights() {
    return weights.toBytes();
  }

  @Override
  public TrainingLosses finalLosses() {
    return curve.latest();
  }

  @Override
  public List<TrainingLosses> history() {
    return curve.points();
  }

  @Override
  public double[][] learntEdges() {
    return GraphDraw.readOut(
        weights.layout().relaxation(),
        LancaTraining.doubles(weights.get("order")),
        LancaTraining.doubles(weights.get("edges")));
  }

  @Override
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public StepTimes stepTimes() {
    return stepTimes;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    autoencoder.close();
  }
}
