package dev.residua.frame;

/** Brightness of a colour as ITU-R BT.601 weighs it. */
public final class Luma {
  private Luma() {}

  /** {@code 0.299 red + 0.587 green + 0.114 blue}, rounded; arguments and result in 0..255. */
  public static int of(int red, int green, int blue) {
    // The weights in units of 2^-16; they add up to 65536, so white stays 255.
    return (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;
  }
}
