package dev.residua.dl4j;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameInputs;
import dev.residua.causal.LatentBatch;
import dev.residua.causal.ResidualScorer;
import dev.residua.causal.StructuralEquations;
import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkPlan;
import dev.residua.testing.Scorers;
import dev.residua.training.LatentHead;
import dev.residua.training.LatentLinearization;
import dev.residua.training.MechanismSettings;
import dev.residua.training.Mechanisms;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes networks with random weights for tests of other packages. */
public final class RandomNetworks {
  private static final int FRAMES = 200;

  private RandomNetworks() {}

  public static NetworkPlan of(ImageShape image, int latents, long seed) {
    return PlanBuilder.network(weights(image, latents, seed));
  }

  /** Weights of the same network. */
  public static byte[] weights(ImageShape image, int latents, long seed) {
    float[] mean = new float[image.size()];
    Arrays.fill(mean, 0.5f);
    return NetworkWeights.random(NetworkLayout.of(image, latents), mean, seed).toBytes();
  }

  /** The same network with a variable that is an effect of latent 0 and a cause of latent 2. */
  public static NetworkPlan observing(NetworkPlan plan) {
    int d = plan.latents();
    int n = d + 1;
    float[] linear = new float[n * n];
    linear[d] = 0.7f; // 0 -> variable
    linear[d * n + 2] = -1.3f; // variable -> 2
    float[] intercepts = new float[n];
    intercepts[2] = 0.25f;
    return new NetworkPlan(
        plan.image(),
        d,
        plan.block(),
        plan.meanImage(),
        plan.encoder(),
        plan.correction(),
        new StructuralEquations(intercepts, linear, new float[0], new float[0], new float[0]),
        plan.decoder(),
        plan.errorScale());
  }

  /**
   * A network of three latents that has all that a network can have: a mean image, biases, moments
   * of latents, a correction of the first and the last latent by up to half a unit, and equations
   * with lines and cosines 0 -> 2 <- 1. Its latents have mean 0 and variance 1 on random frames.
   */
  public static NetworkPlan complete(ImageShape image, long seed) {
    Random random = new Random(seed);
    float[] meanImage = new float[image.size()];
    for (int i = 0; i < meanImage.length; i++) {
      meanImage[i] = random.nextFloat();
    }
    NetworkWeights weights = NetworkWeights.random(NetworkLayout.of(image, 3), meanImage, seed);
    weights
        .values()
        .forEach(
            (name, values) -> {
              if (name.endsWith(".b")) {
                for (int i = 0; i < values.length; i++) {
                  values[i] = 0.2f * (float) random.nextGaussian();
                }
              }
            });
    byte[] pixels = new byte[FRAMES * image.size()];
    random.nextBytes(pixels);
    double[] mean = new double[3];
    double[] scale = new double[3];
    double[][] z = standardised(weights, pixels, image, mean, scale);
    float[] first = weights.get("dec1.w"); // random decoders hardly look at their latents
    for (int i = 0; i < first.length; i++) {
      first[i] *= (float) (20 / scale[i / NetworkLayout.DENSE]);
    }
    double[][] labels = new double[FRAMES][];
    for (int n = 0; n < FRAMES; n++) {
      labels[n] =
          new double[] {
            z[n][0] + 0.5 * Math.sin(2 * z[n][0]), z[n][1], z[n][2] + 0.2 * z[n][0] * z[n][1]
          };
    }
    LatentHead head = LatentHead.fit(z, labels).head();
    if (head == null) {
      throw new IllegalStateException("no correction was learnt; choose another seed");
    }
    return PlanBuilder.model(
        weights,
        mean,
        scale,
        LatentLinearization.none(weights.latents()),
        head,
        mechanisms(random));
  }

  private static double[][] standardised(
      NetworkWeights weights, byte[] pixels, ImageShape image, double[] mean, double[] scale) {
    LatentBatch raw;
    try (ResidualScorer scorer = Scorers.onnx(PlanBuilder.network(weights.toBytes()))) {
      raw = scorer.score(FrameInputs.of(pixels, FRAMES));
    }
    double[][] z = new double[FRAMES][3];
    for (int i = 0; i < 3; i++) {
      for (int n = 0; n < FRAMES; n++) {
        mean[i] += raw.observed()[3 * n + i] / (double) FRAMES;
      }
      for (int n = 0; n < FRAMES; n++) {
        scale[i] += Math.pow(raw.observed()[3 * n + i] - mean[i], 2) / FRAMES;
      }
      scale[i] = Math.sqrt(scale[i]);
      for (int n = 0; n < FRAMES; n++) {
        z[n][i] = (raw.observed()[3 * n + i] - mean[i]) / scale[i];
      }
    }
    return z;
  }

  private static Mechanisms mechanisms(Random random) {
    boolean[][] edges = new boolean[3][3];
    edges[0][2] = true;
    edges[1][2] = true;
    double[][] z = new double[300][3];
    for (double[] row : z) {
      row[0] = random.nextGaussian();
      row[1] = random.nextGaussian() + 1;
      row[2] = Math.sin(row[0]) * row[1] + 0.1 * random.nextGaussian();
    }
    return Mechanisms.fit(
        CausalGraph.of(List.of("a", "b", "c"), edges),
        z,
        MechanismSettings.DEFAULTS.withFeatures(32));
  }
}
