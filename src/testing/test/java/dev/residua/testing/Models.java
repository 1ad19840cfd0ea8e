package dev.residua.testing;

import dev.residua.dl4j.RandomNetworks;
import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkPlanCodec;

/** Models that nobody trained, for tests of code that runs models. */
public final class Models {
  private Models() {}

  /** A network with random weights and no edges, as the entry of a bundle. */
  public static byte[] network(ImageShape image, int latents) {
    return NetworkPlanCodec.toBytes(RandomNetworks.of(image, latents, 1));
  }

  /** Weights of the same network. */
  public static byte[] weights(ImageShape image, int latents) {
    return RandomNetworks.weights(image, latents, 1);
  }
}
