package dev.residua.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Brightness of a colour as ITU-R BT.601 weighs it. */
public final class Luma {
  private static final int CHANNELS = 3;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Luma() {}

  /** {@code 0.299 red + 0.587 green + 0.114 blue}, rounded; arguments and result in 0..255. */
  public static int of(int red, int green, int blue) {
    // The weights in units of 2^-16; they add up to 65536, so white stays 255.
    return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
  }

  /**
   * Brightness of each pixel of a picture; the value itself in gray ones.
   *
   * @param pixels unsigned bytes, the picture starts at {@code offset}
   * @param channels 1, or 3 for red, green, blue
   * @param into receives 0..255 for as many pixels as it has room for
   */
  static void read(byte[] pixels, int offset, int channels, int[] into) {
    if (channels == 1) {
      for (int i = 0; i < into.length; i++) {
        into[i] = pixels[offset + i] & 0xFF;
      }
      return;
    }
    gather(pixels, offset, into);
    for (int i = 0; i < into.length; i++) { // a loop of its own, which the compiler vectorises
      int colour = into[i];
      into[i] = of(colour & 0xFF, colour >>> 8 & 0xFF, colour >>> 16 & 0xFF);
    }
  }

  /** Reads each colour as an int, red lowest; the highest byte is undefined. */
  private static void gather(byte[] pixels, int offset, int[] colours) {
    int i = 0;
    // Eight bytes are two pixels and a part of the next, which there must be
    for (int at = offset; i < colours.length - 2; i += 2, at += 2 * CHANNELS) {
      long two = (long) LONGS.get(pixels, at);
      colours[i] = (int) two;
      colours[i + 1] = (int) (two >>> CHANNELS * Byte.SIZE);
    }
    for (int k = i; k < colours.length; k++) {
      int at = offset + k * CHANNELS;
      colours[k] = pixels[at] & 0xFF | (pixels[at + 1] & 0xFF) << 8 | (pixels[at + 2] & 0xFF) << 16;
    }
  }
}
