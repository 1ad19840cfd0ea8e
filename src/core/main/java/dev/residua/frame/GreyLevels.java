package dev.residua.frame;

/** Grey levels of pictures, 0 black and 255 white. */
public final class GreyLevels {
  private static final int WHITE = 255;

  private GreyLevels() {}

  /** The nearest whole grey levels, as unsigned bytes. */
  public static byte[] rounded(float[] levels) {
    byte[] rounded = new byte[levels.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = (byte) Math.max(0, Math.min(WHITE, Math.round(levels[i])));
    }
    return rounded;
  }
}
