package dev.residua.causal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Pixels that each latent paints, and the largest error of their reconstruction with which it can
 * be read. If something covers an instrument, or it shows a value far from those of the training,
 * the decoder cannot draw its pixels from the code, and the code means nothing. Immutable.
 *
 * <p>It evaluates pixels, not values: a latent that its causes do not explain is drawn as well as
 * any other.
 *
 * @param regions pixels of each latent; empty for one that is always readable
 * @param limits largest mean squared error in the region, in squared units of intensity with 1 for
 *     white
 */
@SuppressWarnings("ArrayRecordComponent") // read here alone
public record Readability(List<BitSet> regions, float[] limits) {
  private static final int MAGIC = 0x52454144;

  /**
   * @throws IllegalArgumentException if sizes differ, or a limit is not above 0
   */
  public Readability {
    regions = regions.stream().map(region -> (BitSet) region.clone()).toList();
    limits = limits.clone();
    if (regions.size() != limits.length) {
      throw new IllegalArgumentException(
          "%d regions with %d limits".formatted(regions.size(), limits.length));
    }
    for (float limit : limits) {
      if (!(limit > 0 && Float.isFinite(limit))) {
        throw new IllegalArgumentException("limit must be above 0 but was " + limit);
      }
    }
  }

  /** Number of latents {@code d}. */
  public int latents() {
    return limits.length;
  }

  /** The pixels of a latent in ascending order; none if it is always readable. */
  public int[] pixels(int latent) {
    return regions.get(latent).stream().toArray();
  }

  /**
   * Returns the latents that cannot be read.
   *
   * @param errors of the regions, shape {@code [n][d]}, NaN if unknown
   * @return shape {@code [n][d]}; null if all can be read
   */
  boolean @Nullable [] unreadable(float[] errors) {
    boolean[] unreadable = null;
    for (int i = 0; i < errors.length; i++) {
      if (errors[i] > limits[i % limits.length]) {
        unreadable = unreadable == null ? new boolean[errors.length] : unreadable;
        unreadable[i] = true;
      }
    }
    return unreadable;
  }

  /**
   * Writes regions and limits.
   *
   * @param pixels number of pixels of a picture
   */
  public byte[] toBytes(int pixels) {
    int row = Float.BYTES + (pixels + 7) / 8;
    ByteBuffer out = ByteBuffer.allocate(2 * Integer.BYTES + limits.length * row);
    out.putInt(MAGIC).putInt(limits.length);
    for (int k = 0; k < limits.length; k++) {
      out.putFloat(limits[k]);
      byte[] bits = regions.get(k).toByteArray();
      out.put(bits).put(new byte[row - Float.BYTES - bits.length]);
    }
    return out.array();
  }

  /**
   * Reads bytes of {@link #toBytes}.
   *
   * @throws IllegalArgumentException if they are of another size or kind
   */
  public static Readability fromBytes(byte[] bytes, int latents, int pixels) {
    int row = Float.BYTES + (pixels + 7) / 8;
    ByteBuffer in = ByteBuffer.wrap(bytes);
    if (bytes.length != 2 * Integer.BYTES + (long) latents * row
        || in.getInt() != MAGIC
        || in.getInt() != latents) {
      throw new IllegalArgumentException(
          "%d bytes are not the readability of %d latents in %d pixels"
              .formatted(bytes.length, latents, pixels));
    }
    List<BitSet> regions = new ArrayList<>();
    float[] limits = new float[latents];
    byte[] bits = new byte[row - Float.BYTES];
    for (int k = 0; k < latents; k++) {
      limits[k] = in.getFloat();
      in.get(bits);
      BitSet region = BitSet.valueOf(bits);
      if (region.length() > pixels) {
        throw new IllegalArgumentException(
            "latent %d has pixel %d of %d".formatted(k, region.length() - 1, pixels));
      }
      regions.add(region);
    }
    return new Readability(regions, limits);
  }
}
