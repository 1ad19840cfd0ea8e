package dev.residua.anomaly;

import dev.residua.frame.Frame;

/**
 * On which frames the motion of the camera is estimated: one in eight, so that the cost per frame
 * is small, and one in two of those that do not show all latents, which a moved camera may explain.
 * A replay chooses the same ones.
 *
 * <p>The multiples of the golden ratio spread evenly over the circle, so chosen frames are 5, 8 or
 * 13 apart, or at least 3 among 8, and as even if the sequences of a source have gaps of any fixed
 * size.
 */
final class MotionSampling {
  /** 2^64 divided by the golden ratio. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private static final int BITS = 3; // one in 2^3
  private static final int HIDING_BITS = 1;

  private MotionSampling() {}

  /**
   * Returns true if the motion is estimated on a frame.
   *
   * @param hiding whether the frame does not show all latents
   */
  static boolean samples(Frame frame, boolean hiding) {
    int bits = hiding ? HIDING_BITS : BITS;
    return (frame.sequence() + frame.source().hashCode()) * GOLDEN >>> (Long.SIZE - bits) == 0;
  }
}
