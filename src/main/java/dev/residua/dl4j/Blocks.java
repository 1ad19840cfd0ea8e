package dev.residua.dl4j;

import dev.residua.frame.ImageShape;

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
