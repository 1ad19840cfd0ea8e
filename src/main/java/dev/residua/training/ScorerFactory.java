package dev.residua.training;

import dev.residua.causal.FrameScorer;
import dev.residua.frame.ImageShape;

/** Opens a scorer on the bytes of a {@code scorer.onnx}. */
@FunctionalInterface
public interface ScorerFactory {
  FrameScorer open(byte[] model, ImageShape image, int latents);
}
