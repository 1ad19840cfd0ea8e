package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import dev.residua.model.NetworkPlan;
import java.util.Arrays;

/** Turns pixels into the network's input: blocks of 4x4 pixels become channels. */
final class Blocks {
  private Blocks() {}

  /** Shape of a batch after {@link #put}. */
  static long[] shape(ImageShape image, int batch) {
    int block = NetworkLayout.BLOCK;
    return new long[] {
      batch, image.height() / block, image.width() / block, (long) block * block * image.channels()
    };
  }

  /**
   * Sets masked pixels to a value.
   *
   * @param into as {@link #put} fills it from {@code at}
   */
  static void set(ImageShape image, PixelMask mask, float value, float[] into, int at) {
    for (int pixel = mask.next(0); pixel >= 0; pixel = mask.next(pixel + 1)) {
      int first = NetworkPlan.blockValue(image, NetworkLayout.BLOCK, pixel);
      Arrays.fill(into, at + first, at + first + image.channels(), value);
    }
  }

  /**
   * Moves each block of 4x4 pixels into the channels and subtracts the mean image.
   *
   * @param pixels unsigned bytes {@code [height][width][channels]} from {@code offset}
   * @param mean mean image, same layout, intensities in [0, 1]
   * @param into receives {@code [height/4][width/4][16 channels]} from {@code at}; channel {@code
   *     (dy 4 + dx) channels + c}
   */
  static void put(ImageShape image, byte[] pixels, int offset, float[] mean, float[] into, int at) {
    int row = NetworkLayout.BLOCK * image.channels();
    int columns = image.width() / NetworkLayout.BLOCK;
    int block = NetworkLayout.BLOCK * row;
    int from = 0;
    for (int y = 0; y < image.height(); y++) {
      int to = at + (y / NetworkLayout.BLOCK) * columns * block + (y % NetworkLayout.BLOCK) * row;
      for (int bx = 0; bx < columns; bx++, to += block) {
        for (int k = 0; k < row; k++, from++) {
          into[to + k] = (pixels[offset + from] & 0xff) * (1f / 255) - mean[from];
        }
      }
    }
  }
}
