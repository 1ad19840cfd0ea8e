package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import java.util.Arrays;

/** Makes scorers with random weights for tests of other packages. */
public final class RandomScorers {
  private RandomScorers() {}

  public static byte[] of(ImageShape image, int latents, long seed) {
    float[] mean = new float[image.size()];
    Arrays.fill(mean, 0.5f);
    double[] ones = new double[latents];
    Arrays.fill(ones, 1);
    return OnnxExport.scorer(
        NetworkWeights.random(NetworkLayout.of(image, latents), mean, seed),
        new double[latents],
        ones,
        null,
        null);
  }
}
