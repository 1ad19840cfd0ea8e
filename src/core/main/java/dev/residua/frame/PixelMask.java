package dev.residua.frame;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * The pixels of a model's picture that show nothing, so that they count in no statistic. Pixels are
 * numbered row by row. Immutable.
 */
public final class PixelMask {
  /** Masks nothing. */
  public static final PixelMask NONE = new PixelMask(new BitSet());

  /** Value of masked pixels in all channels. */
  public static final byte GRAY = (byte) 128;

  private final BitSet masked;
  private final int count;

  private PixelMask(BitSet masked) {
    this.masked = masked;
    this.count = masked.cardinality();
  }

  /** A mask of the pixels whose bits are set. */
  public static PixelMask of(BitSet masked) {
    return masked.isEmpty() ? NONE : new PixelMask((BitSet) masked.clone());
  }

  /** Returns true if nothing is masked. */
  public boolean isEmpty() {
    return count == 0;
  }

  /** Number of masked pixels. */
  public int count() {
    return count;
  }

  /** Returns true if no mask of the list masks a pixel. */
  public static boolean areEmpty(List<PixelMask> masks) {
    return masks.stream().allMatch(PixelMask::isEmpty);
  }

  /** Returns true if a pixel is masked. */
  public boolean covers(int pixel) {
    return masked.get(pixel);
  }

  /** The first masked pixel from an index on; -1 if there is none. */
  public int next(int from) {
    return masked.nextSetBit(from);
  }

  /** Returns the pixels that either mask covers. */
  public PixelMask union(PixelMask other) {
    if (other.isEmpty() || equals(other)) {
      return this;
    }
    BitSet both = (BitSet) masked.clone();
    both.or(other.masked);
    return isEmpty() ? other : new PixelMask(both);
  }

  /** Returns the pixels that both masks cover. */
  public PixelMask intersection(PixelMask other) {
    BitSet both = (BitSet) masked.clone();
    both.and(other.masked);
    return of(both);
  }

  /**
   * Writes another picture's pixels over the masked ones.
   *
   * @param pixels {@code [height][width][channels]} from {@code offset}
   * @param with {@code [height][width][channels]}
   */
  public void fill(byte[] pixels, int offset, int channels, byte[] with) {
    for (int pixel = next(0); pixel >= 0; pixel = next(pixel + 1)) {
      System.arraycopy(with, pixel * channels, pixels, offset + pixel * channels, channels);
    }
  }

  /**
   * Writes one value into all channels of the masked pixels.
   *
   * @param pixels {@code [height][width][channels]} from {@code offset}
   */
  public void fill(byte[] pixels, int offset, int channels, byte with) {
    for (int pixel = next(0); pixel >= 0; pixel = next(pixel + 1)) {
      int at = offset + pixel * channels;
      Arrays.fill(pixels, at, at + channels, with);
    }
  }

  /** Encodes the mask as one byte per pixel: 1 if it is masked. */
  public byte[] toBytes(int pixels) {
    byte[] bytes = new byte[pixels];
    for (int pixel = next(0); pixel >= 0 && pixel < pixels; pixel = next(pixel + 1)) {
      bytes[pixel] = 1;
    }
    return bytes;
  }

  /** Decodes bytes of {@link #toBytes}; every byte but 0 masks its pixel. */
  public static PixelMask fromBytes(byte[] bytes) {
    BitSet masked = new BitSet(bytes.length);
    for (int pixel = 0; pixel < bytes.length; pixel++) {
      masked.set(pixel, bytes[pixel] != 0);
    }
    return of(masked);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PixelMask mask && masked.equals(mask.masked);
  }

  @Override
  public int hashCode() {
    return masked.hashCode();
  }

  @Override
  public String toString() {
    return count + " masked pixels";
  }
}
