package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.model.NetworkPlan;
import dev.residua.training.PaintedRegions;
import dev.residua.training.PixelOwners;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;

/**
 * Teaches the encoder to read each latent from the pixels that it paints. A probe is a frame in
 * which the region of one latent is that of another frame: it must be read as the first frame, but
 * for that latent, which must be read as in the other. Frames alone do not teach this: while a
 * cause and its effect agree in all of them, the encoder may read either from the other.
 *
 * <p>A latent without a place of its own (see {@link PaintedRegions}) is left out, and nothing is
 * asked of a latent that the same pixels show.
 */
final class RegionExchange {
  /** Steps between two measurements of the regions. */
  static final int MEASURE_EVERY = 50;

  /** Share of the steps from which probes count: before, the decoder paints little. */
  static final double FROM = 0.2;

  private final ImageShape image;
  private final int d;
  private final int rows;

  /** First row of each probe and the one that it has a region of, and the latent. */
  private final int[] kept;

  private final int[] other;
  private final int[] latent;
  private int count;

  /** Of pixels of a frame in blocks. */
  private final PixelOwners owners;

  /** Of pixels of a frame in blocks. */
  private PaintedRegions regions;

  /**
   * @param d number of latents
   * @param rows rows of the batch that frames are taken from
   * @param probes number of probes
   * @param regions as measured before the training was stopped; none for a new one
   * @param owners of pixels, in the order of the picture
   */
  RegionExchange(
      ImageShape image, int d, int rows, int probes, PaintedRegions regions, PixelOwners owners) {
    this.owners =
        owners.arranged(
            pixel -> NetworkPlan.blockValue(image, NetworkLayout.BLOCK, pixel) / image.channels());
    this.image = image;
    this.d = d;
    this.rows = rows;
    this.kept = new int[probes];
    this.other = new int[probes];
    this.latent = new int[probes];
    this.regions = regions;
  }

  PaintedRegions regions() {
    return regions;
  }

  /**
   * Measures the regions.
   *
   * @param codes {@code [rows, d]} row-major
   * @param batch rows of a decoding
   * @param decoder from {@code [batch, d]} to {@code [batch, size]}
   */
  void measure(double[] codes, int batch, UnaryOperator<float[]> decoder) {
    double[] deviation = LatentLosses.variances(codes, d, rows, LatentLosses.means(codes, d, rows));
    Arrays.setAll(deviation, k -> Math.sqrt(deviation[k]));
    double[][] byRow = new double[rows][];
    Arrays.setAll(byRow, r -> Arrays.copyOfRange(codes, r * d, (r + 1) * d));
    regions = PaintedRegions.measure(byRow, deviation, image, batch, owners, decoder);
  }

  /**
   * Draws probes from the frames of a batch.
   *
   * @param frames {@code [batch, size]}
   * @param into {@code [probes, size]}
   * @return whether there are any; there are none before regions are measured, or without regions
   */
  boolean draw(float[] frames, Random random, float[] into) {
    int[] exchanged = placed();
    count = exchanged.length == 0 ? 0 : kept.length;
    int size = image.size();
    for (int p = 0; p < count; p++) {
      latent[p] = exchanged[random.nextInt(exchanged.length)];
      kept[p] = random.nextInt(rows);
      other[p] = (kept[p] + 1 + random.nextInt(rows - 1)) % rows;
      System.arraycopy(frames, kept[p] * size, into, p * size, size);
      BitSet region = regions.region(latent[p]);
      if (region != null) {
        PaintedRegions.copy(region, image.channels(), frames, other[p] * size, into, p * size);
      }
    }
    return count > 0;
  }

  /**
   * Draws codes of consecutive rows in which one latent is that of another row, and the pixels of
   * which the decoding must not change: the regions of the others. Frames alone do not teach this
   * either: while a cause and its effect agree in all of them, the decoder may draw the effect from
   * its cause.
   *
   * @param codes {@code [rows, d]} of the batch
   * @param first row
   * @param into {@code [rows of a decoding, d]}, from {@code at}
   * @param unchanged receives 1 or 0 per value of a frame, {@code [n, size]}
   */
  void drawCodes(
      double[] codes, int first, Random random, float[] into, int at, float[] unchanged) {
    Arrays.fill(unchanged, 0);
    int[] exchanged = placed();
    int size = image.size();
    for (int row = 0; row < unchanged.length / size; row++) {
      for (int k = 0; k < d; k++) {
        into[at + row * d + k] = (float) codes[(first + row) * d + k];
      }
      if (exchanged.length == 0) {
        continue;
      }
      int moved = exchanged[random.nextInt(exchanged.length)];
      int from = (first + row + 1 + random.nextInt(rows - 1)) % rows;
      into[at + row * d + moved] = (float) codes[from * d + moved];
      for (int k : exchanged) {
        if (k != moved && !regions.isShared(k, moved)) {
          for (int pixel : Objects.requireNonNull(regions.region(k)).stream().toArray()) {
            int value = row * size + pixel * image.channels();
            Arrays.fill(unchanged, value, value + image.channels(), 1);
          }
        }
      }
    }
  }

  /** The latents that have a place. */
  private int[] placed() {
    int[] found = new int[d];
    int n = 0;
    for (int i = 0; i < d; i++) {
      if (regions.region(i) != null) {
        found[n++] = i;
      }
    }
    return Arrays.copyOf(found, n);
  }

  /**
   * Mean over probes and latents of the squared difference between the codes of the probes and
   * those that they must have. The gradient does not pass through the latter.
   *
   * @param codes {@code [rows, d]} of the batch
   * @param probed {@code [probes, d]}
   * @param weight of the loss
   * @param gradient by {@code probed}, added to
   */
  double loss(double[] codes, double[] probed, double weight, double[] gradient) {
    double loss = 0;
    for (int p = 0; p < count; p++) {
      for (int k = 0; k < d; k++) {
        if (regions.isShared(latent[p], k)) {
          continue;
        }
        double wanted = codes[(k == latent[p] ? other[p] : kept[p]) * d + k];
        double difference = probed[p * d + k] - wanted;
        loss += difference * difference / (count * d);
        gradient[p * d + k] += 2 * weight * difference / (count * d);
      }
    }
    return loss;
  }
}
