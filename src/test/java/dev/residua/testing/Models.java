package dev.residua.testing;

import dev.residua.dl4j.RandomScorers;
import dev.residua.frame.ImageShape;

/** Models that nobody trained, for tests of what runs models. */
public final class Models {
  private Models() {}

  /** A {@code scorer.onnx} with random weights and no edges. */
  public static byte[] scorer(ImageShape image, int latents) {
    return RandomScorers.of(image, latents, 1);
  }

  /** Weights of the same network. */
  public static byte[] weights(ImageShape image, int latents) {
    return RandomScorers.weights(image, latents, 1);
  }
}
