package dev.residua.anomaly;

import dev.residua.causal.Reconstruction;
import dev.residua.frame.Frame;

/**
 * Which frames are reconstructed. A share of all frames is, chosen by a hash of source and
 * sequence, so that the choice is independent of the picture and a replay makes the same; their
 * errors feed the detectors. In addition, frames with unusual residuals are, for a person to look
 * at.
 *
 * <p>The detector of the picture takes only the sampled frames: its false alarms become rarer by
 * the rate, and its delay, counted in frames, longer by one over the rate.
 *
 * @param rate share of frames that are sampled, in [0, 1]
 * @param below joint p-value of the residuals from which downwards a frame is asked for, in [0, 1];
 *     0 asks for none
 */
public record ReconstructionPlan(double rate, double below) {
  /** Every frame. */
  public static final ReconstructionPlan EVERY_FRAME = new ReconstructionPlan(1, 0);

  public ReconstructionPlan {
    if (!(rate >= 0 && rate <= 1)) {
      throw new IllegalArgumentException(
          "residua.scoring.reconstruction-rate must be in [0, 1] but was " + rate);
    }
    if (!(below >= 0 && below <= 1)) {
      throw new IllegalArgumentException(
          "residua.scoring.reconstruction-below must be in [0, 1] but was " + below);
    }
  }

  /** Returns true if every frame is sampled, so that there is nothing to choose. */
  boolean everyFrame() {
    return rate == 1;
  }

  /** Returns true if a frame is sampled. */
  public boolean samples(Frame frame) {
    return unit(frame.source().hashCode() * 0x9E3779B97F4A7C15L + frame.sequence()) < rate;
  }

  boolean asks(float jointPValue) {
    return jointPValue <= below;
  }

  Reconstruction reason(Frame frame, float jointPValue) {
    if (samples(frame)) {
      return Reconstruction.SAMPLED;
    }
    return asks(jointPValue) ? Reconstruction.ASKED : Reconstruction.NONE;
  }

  /**
   * A number in [0, 1) that depends on all bits.
   *
   * <p>Source: the finaliser of MurmurHash3 as improved by Stafford (variant 13), as in
   * java.util.SplittableRandom.
   */
  private static double unit(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
  }
}
