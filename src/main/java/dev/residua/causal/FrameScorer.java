package dev.residua.causal;

import dev.residua.frame.ImageShape;

/**
 * Runs a trained model on frames. Implementations own native memory: close them once, after the
 * last call has returned. {@link #score} may be called from several threads at once.
 */
public interface FrameScorer extends AutoCloseable {
  /** Shape of the images that {@link #score} takes. */
  ImageShape imageShape();

  /** Number of latents {@code d}. */
  int latents();

  /**
   * Encodes frames and evaluates the structural equations.
   *
   * @param pixels unsigned bytes, shape {@code [frames][height][width][channels]}; may be longer
   * @param frames how many frames {@code pixels} holds, at least 1
   * @return one row a frame
   */
  LatentBatch score(byte[] pixels, int frames);

  @Override
  void close();
}
