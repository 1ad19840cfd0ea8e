package dev.residua.dl4j;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PixelMask;
import java.util.BitSet;
import java.util.Random;

/**
 * Moves a picture and its mask. The outermost pixels are repeated if nothing is masked.
 *
 * @param right pixels to the right that a picture moves
 * @param down pixels down
 */
record PictureShift(int right, int down) {

  /** Draws a uniform shift of at most this many pixels in either direction. */
  static PictureShift draw(int most, Random random) {
    return new PictureShift(
        random.nextInt(2 * most + 1) - most, random.nextInt(2 * most + 1) - most);
  }

  /**
   * @param pixels {@code [height][width][channels]}, receives the moved picture
   */
  void apply(ImageShape image, byte[] pixels) {
    byte[] before = pixels.clone();
    int channels = image.channels();
    for (int pixel = 0; pixel < image.width() * image.height(); pixel++) {
      System.arraycopy(before, source(pixel, image) * channels, pixels, pixel * channels, channels);
    }
  }

  PixelMask of(PixelMask mask, ImageShape image) {
    if (mask.isEmpty()) {
      return mask;
    }
    BitSet moved = new BitSet(image.width() * image.height());
    for (int pixel = 0; pixel < image.width() * image.height(); pixel++) {
      moved.set(pixel, mask.covers(source(pixel, image)));
    }
    return PixelMask.of(moved);
  }

  /** Index in the original picture of a pixel of the moved one. */
  private int source(int pixel, ImageShape image) {
    int x = Math.max(0, Math.min(image.width() - 1, pixel % image.width() - right));
    int y = Math.max(0, Math.min(image.height() - 1, pixel / image.width() - down));
    return y * image.width() + x;
  }
}
