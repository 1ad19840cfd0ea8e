package dev.residua.model;

import dev.residua.frame.GreyLevels;
import dev.residua.frame.PixelMask;
import java.util.Arrays;
import java.util.List;

/**
 * Leaves masked pixels out of the computation of a network: it reads the mean picture there, and
 * they count in no error. Immutable.
 */
public final class MaskedPixels {
  private final NetworkPlan plan;
  private final byte[] mean;

  public MaskedPixels(NetworkPlan plan) {
    this.plan = plan;
    this.mean = GreyLevels.rounded(plan.meanPicture());
  }

  /**
   * The pixels that the network reads.
   *
   * @param pixels of the frames, one after another
   * @param masks one for each frame, or none
   * @return a copy; the array itself if nothing is masked
   */
  public byte[] read(byte[] pixels, int frames, List<PixelMask> masks) {
    if (PixelMask.areEmpty(masks)) {
      return pixels;
    }
    int size = plan.image().size();
    byte[] filled = Arrays.copyOf(pixels, frames * size);
    for (int n = 0; n < frames; n++) {
      masks.get(n).fill(filled, n * size, plan.image().channels(), mean);
    }
    return filled;
  }

  /**
   * Weights of the differences of frames: 0 if masked, else 1.
   *
   * @return shape {@code [frames][channels][rows][columns]} of blocks
   */
  public float[] weights(List<PixelMask> masks) {
    int size = plan.image().size();
    int channels = plan.image().channels();
    float[] weights = new float[masks.size() * size];
    Arrays.fill(weights, 1);
    for (int n = 0; n < masks.size(); n++) {
      PixelMask mask = masks.get(n);
      for (int pixel = mask.next(0); pixel >= 0; pixel = mask.next(pixel + 1)) {
        for (int c = 0; c < channels; c++) {
          weights[n * size + plan.blockIndex(pixel * channels + c)] = 0;
        }
      }
    }
    return weights;
  }

  /** Makes errors that were divided by all pixels the means over those that are not masked. */
  public void overSeen(float[] errors, List<PixelMask> masks) {
    int pixels = plan.image().width() * plan.image().height();
    for (int n = 0; n < masks.size(); n++) {
      errors[n] *= (float) pixels / Math.max(1, pixels - masks.get(n).count());
    }
  }
}
