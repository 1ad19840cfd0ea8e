package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.Arrays;

/** Makes scorers with random weights for tests of other packages. */
public final class RandomScorers {
  private RandomScorers() {}

  public static byte[] of(ImageShape image, int latents, long seed) {
    return OnnxExport.network(weights(image, latents, seed));
  }

  /** Weights of the same network. */
  public static byte[] weights(ImageShape image, int latents, long seed) {
    float[] mean = new float[image.size()];
    Arrays.fill(mean, 0.5f);
    return NetworkWeights.random(NetworkLayout.of(image, latents), mean, seed).toBytes();
  }
}
