package dev.residua.training;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pixels that each latent paints: those in which a decoder reacts to it more than to most
 * others. A latent that paints a large part of the picture, such as light, has no place of its own.
 */
public final class PaintedRegions {
  /** Step of a latent in either direction by which the reaction is measured, in its deviations. */
  public static final double STEP = 0.5;

  /** Codes around which it is measured. */
  public static final int CODES = 16;

  /**
   * Least reaction of a pixel in a region, as a share of the largest reaction there to any latent.
   */
  private static final double OF_PIXEL = 0.6;

  /** The same, as a share of the largest reaction of any pixel to this latent. */
  private static final double OF_LATENT = 0.25;

  /** Largest region, as a share of the picture. */
  private static final double LARGEST = 0.5;

  private PaintedRegions() {}

  /**
   * Regions by the reactions of all pixels to all latents.
   *
   * @param reaction sum over codes of the absolute difference that the steps make, {@code
   *     [d][pixels channels]}, the channels of a pixel one after the other
   * @return the pixels of each latent; null for a latent without a place of its own
   */
  public static List<@Nullable BitSet> of(double[][] reaction, int channels) {
    int d = reaction.length;
    int pixels = reaction[0].length / channels;
    double[][] ofPixel = new double[d][pixels];
    double[] most = new double[d];
    double[] mostThere = new double[pixels];
    for (int i = 0; i < d; i++) {
      for (int v = 0; v < pixels * channels; v++) {
        ofPixel[i][v / channels] += reaction[i][v];
      }
      for (int p = 0; p < pixels; p++) {
        most[i] = Math.max(most[i], ofPixel[i][p]);
        mostThere[p] = Math.max(mostThere[p], ofPixel[i][p]);
      }
    }
    List<@Nullable BitSet> regions = new ArrayList<>();
    for (int i = 0; i < d; i++) {
      BitSet region = new BitSet();
      for (int p = 0; p < pixels; p++) {
        if (ofPixel[i][p] > OF_PIXEL * mostThere[p] && ofPixel[i][p] > OF_LATENT * most[i]) {
          region.set(p);
        }
      }
      regions.add(region.isEmpty() || region.cardinality() > LARGEST * pixels ? null : region);
    }
    return regions;
  }
}
