package dev.residua.training;

import dev.residua.frame.ImageShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The pixels that each latent paints: those in which a decoder reacts to it more than to any other,
 * unless labels show that another explains them.
 *
 * <p>A latent has no place of its own if it paints more than half of the picture, such as light, or
 * if most of its reaction is in pixels that others paint.
 *
 * @param regions the pixels of each latent; null for a latent without a place of its own
 * @param shared for each latent the others of whose reaction more than a third is in its region, so
 *     that its pixels say something of them too
 */
public record PaintedRegions(List<@Nullable BitSet> regions, List<BitSet> shared) {
  /** Step of a latent in either direction by which the reaction is measured, in its deviations. */
  private static final double STEP = 0.5;

  /** Most codes around which it is measured. */
  private static final int CODES = 16;

  /** No regions, before they are measured. */
  public static final PaintedRegions NONE = new PaintedRegions(List.of(), List.of());

  /** Least reaction of a pixel in a region, as a share of the largest reaction to its latent. */
  private static final double OF_LATENT = 0.1;

  /** Largest region, as a share of the picture. */
  private static final double LARGEST = 0.5;

  /** Least share of the reaction to a latent that lies in its region, or shares that of another. */
  private static final double THIRD = 1.0 / 3;

  public PaintedRegions {
    regions = new ArrayList<>(regions); // has nulls
    shared = List.copyOf(shared);
  }

  /**
   * Regions by the reactions of all pixels to all latents.
   *
   * @param reaction sum over codes of the absolute difference that the steps make, {@code
   *     [d][pixels channels]}, the channels of a pixel one after the other
   * @param owners pixels in which the reactions to other latents do not count
   */
  public static PaintedRegions of(double[][] reaction, int channels, PixelOwners owners) {
    int d = reaction.length;
    int pixels = reaction[0].length / channels;
    double[][] ofPixel = new double[d][pixels];
    double[] mostThere = new double[pixels];
    for (int i = 0; i < d; i++) {
      for (int v = 0; v < pixels * channels; v++) {
        ofPixel[i][v / channels] += owners.excludes(v / channels, i) ? 0 : reaction[i][v];
      }
      for (int p = 0; p < pixels; p++) {
        mostThere[p] = Math.max(mostThere[p], ofPixel[i][p]);
      }
    }
    List<@Nullable BitSet> regions = new ArrayList<>();
    List<BitSet> shared = new ArrayList<>();
    for (int i = 0; i < d; i++) {
      double least = OF_LATENT * Arrays.stream(ofPixel[i]).max().orElse(0);
      BitSet region = new BitSet();
      for (int p = 0; p < pixels; p++) {
        if (ofPixel[i][p] > least && ofPixel[i][p] >= mostThere[p]) {
          region.set(p);
        }
      }
      boolean own = share(ofPixel[i], region) > THIRD && region.cardinality() <= LARGEST * pixels;
      BitSet others = new BitSet();
      for (int k = 0; k < d; k++) {
        others.set(k, k != i && share(ofPixel[k], region) > THIRD);
      }
      regions.add(own ? region : null);
      shared.add(others);
    }
    return new PaintedRegions(regions, shared);
  }

  /**
   * Returns the pixels that react to a latent, also those that react more to another; none if they
   * are more than half of the picture.
   *
   * @param reaction to one latent, see {@link #of}
   */
  static BitSet reacting(double[] reaction, int channels) {
    double[] ofPixel = new double[reaction.length / channels];
    for (int v = 0; v < reaction.length; v++) {
      ofPixel[v / channels] += reaction[v];
    }
    double least = OF_LATENT * Arrays.stream(ofPixel).max().orElse(0);
    BitSet pixels = new BitSet();
    for (int p = 0; p < ofPixel.length; p++) {
      pixels.set(p, ofPixel[p] > least);
    }
    return pixels.cardinality() <= LARGEST * ofPixel.length ? pixels : new BitSet();
  }

  /** Share of the reaction to a latent that lies in a region. */
  private static double share(double[] ofPixel, BitSet region) {
    double inside = 0;
    double all = 0;
    for (int p = 0; p < ofPixel.length; p++) {
      inside += region.get(p) ? ofPixel[p] : 0;
      all += ofPixel[p];
    }
    return all > 0 ? inside / all : 0;
  }

  /**
   * Measures the regions: the pixels that change when one latent moves to either side of a code.
   *
   * @param codes of frames, {@code [n][d]}
   * @param deviation of each latent; one of 0 is left out
   * @param batch rows of a decoding, even
   * @param owners pixels that one latent explains by labels
   * @param decoder from {@code [batch, d]} to {@code [batch, size of the image]}
   */
  public static PaintedRegions measure(
      double[][] codes,
      double[] deviation,
      ImageShape image,
      int batch,
      PixelOwners owners,
      UnaryOperator<float[]> decoder) {
    double[][] some = Arrays.copyOf(codes, Math.min(CODES, codes.length));
    return of(reactions(some, deviation, image, batch, decoder), image.channels(), owners);
  }

  /**
   * Sums of the absolute differences that steps of each latent to either side make, see {@link #of}
   * and {@link #measure}.
   */
  static double[][] reactions(
      double[][] codes,
      double[] deviation,
      ImageShape image,
      int batch,
      UnaryOperator<float[]> decoder) {
    int d = deviation.length;
    int used = codes.length;
    int size = image.size();
    double[][] reaction = new double[d][size];
    float[] asked = new float[batch * d];
    for (int first = 0; first < used * d; first += batch / 2) {
      int pairs = Math.min(batch / 2, used * d - first);
      for (int p = 0; p < pairs; p++) {
        double[] code = codes[(first + p) / d];
        int moved = (first + p) % d;
        for (int k = 0; k < d; k++) {
          asked[2 * p * d + k] = (float) code[k];
          asked[(2 * p + 1) * d + k] = (float) code[k];
        }
        asked[2 * p * d + moved] -= (float) (STEP * deviation[moved]);
        asked[(2 * p + 1) * d + moved] += (float) (STEP * deviation[moved]);
      }
      float[] pictures = decoder.apply(asked);
      for (int p = 0; p < pairs; p++) {
        double[] sum = reaction[(first + p) % d];
        int at = 2 * p * size;
        for (int v = 0; v < size; v++) {
          sum[v] += Math.abs(pictures[at + size + v] - pictures[at + v]);
        }
      }
    }
    return reaction;
  }

  /**
   * Copies the pixels of a region from one picture to another.
   *
   * @param from array of pictures, each at its place, like {@code to}
   */
  public static void copy(
      BitSet region, int channels, Object from, int fromAt, Object to, int toAt) {
    int end;
    for (int start = region.nextSetBit(0); start >= 0; start = region.nextSetBit(end)) {
      end = region.nextClearBit(start);
      int length = (end - start) * channels;
      System.arraycopy(from, fromAt + start * channels, to, toAt + start * channels, length);
    }
  }

  /** The pixels of a latent; null if it has no place of its own. */
  public @Nullable BitSet region(int latent) {
    return latent < regions.size() ? regions.get(latent) : null;
  }

  /** Returns true if the pixels of a latent also show another. */
  public boolean isShared(int latent, int other) {
    return shared.get(latent).get(other);
  }
}
