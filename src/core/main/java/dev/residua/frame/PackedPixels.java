package dev.residua.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Pixels as one number each: {@code red << 16 | green << 8 | blue}, or the brightness of a gray
 * one.
 */
public final class PackedPixels {
  private static final VarHandle FOUR_BYTES =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private PackedPixels() {}

  /** A pixel of a colour picture; each in 0..255. */
  public static int colour(int red, int green, int blue) {
    return red << 16 | green << 8 | blue;
  }

  /**
   * Packs pixels that are bytes, channels innermost.
   *
   * @param from index of the first byte
   * @param channels 1 or 3
   * @param at index in {@code into} of the first pixel
   */
  public static void pack(byte[] bytes, int from, int channels, int[] into, int at, int count) {
    if (channels == 1) {
      for (int i = 0; i < count; i++) {
        into[at + i] = bytes[from + i] & 0xFF;
      }
      return;
    }
    int readable = Math.min(count, (bytes.length - from - 1) / 3); // the last has no fourth byte
    for (int i = 0; i < readable; i++) {
      into[at + i] = (int) FOUR_BYTES.get(bytes, from + 3 * i) >>> 8;
    }
    for (int i = readable; i < count; i++) {
      int each = from + 3 * i;
      into[at + i] = colour(bytes[each] & 0xFF, bytes[each + 1] & 0xFF, bytes[each + 2] & 0xFF);
    }
  }

  /** Unpacks pixels to bytes, channels innermost. */
  public static void unpack(int[] pixels, int channels, byte[] into, int offset, int count) {
    if (channels == 1) {
      for (int i = 0; i < count; i++) {
        into[offset + i] = (byte) pixels[i];
      }
      return;
    }
    for (int i = 0, to = offset; i < count; i++, to += 3) {
      into[to] = (byte) (pixels[i] >>> 16);
      into[to + 1] = (byte) (pixels[i] >>> 8);
      into[to + 2] = (byte) pixels[i];
    }
  }

  /** Replaces the colours of the first pixels by their {@link Luma}. */
  public static void toGray(int[] pixels, int count) {
    for (int i = 0; i < count; i++) {
      pixels[i] = Luma.of(pixels[i] >>> 16, pixels[i] >>> 8 & 0xFF, pixels[i] & 0xFF);
    }
  }
}
