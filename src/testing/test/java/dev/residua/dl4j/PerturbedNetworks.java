package dev.residua.dl4j;

import dev.residua.model.NetworkLayer;
import dev.residua.model.NetworkPlan;
import java.util.List;
import java.util.Random;

/** Networks that were trained and then damaged. */
public final class PerturbedNetworks {
  private PerturbedNetworks() {}

  /**
   * The same network with every weight and bias of encoder and decoder multiplied by {@code 1 +
   * share N}.
   */
  public static NetworkPlan of(NetworkPlan plan, double share, long seed) {
    Random random = new Random(seed);
    return new NetworkPlan(
        plan.image(),
        plan.latents(),
        plan.block(),
        plan.meanImage(),
        perturbed(plan.encoder(), share, random),
        plan.correction(),
        plan.equations(),
        perturbed(plan.decoder(), share, random),
        plan.errorScale());
  }

  private static List<NetworkLayer> perturbed(
      List<NetworkLayer> layers, double share, Random random) {
    return layers.stream().map(layer -> perturbed(layer, share, random)).toList();
  }

  private static NetworkLayer perturbed(NetworkLayer layer, double share, Random random) {
    float[] w = perturbed(layer.weights(), share, random);
    float[] b = perturbed(layer.bias(), share, random);
    if (layer instanceof NetworkLayer.Convolution c) {
      return new NetworkLayer.Convolution(
          c.in(), c.out(), c.kernel(), c.stride(), c.padding(), w, b, c.relu());
    }
    if (layer instanceof NetworkLayer.Deconvolution c) {
      return new NetworkLayer.Deconvolution(
          c.in(), c.out(), c.kernel(), c.stride(), c.padding(), w, b, c.relu());
    }
    return new NetworkLayer.Dense(layer.in(), layer.out(), w, b, layer.relu());
  }

  private static float[] perturbed(float[] values, double share, Random random) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (values[i] * (1 + share * random.nextGaussian()));
    }
    return out;
  }
}
