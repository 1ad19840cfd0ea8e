package dev.residua.renewal.selection;

import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;

/**
 * A picture as at most {@value #SIDE} by {@value #SIDE} mean grey levels; cell {@code (i, j)} is
 * the mean luma of its pixels.
 *
 * <p>How to choose a bound for {@link #difference}: an object that covers the share {@code f} of
 * the picture and differs by {@code g} grey levels from its background changes the mean absolute
 * difference by {@code 2 f g} when it moves by its size, and by less within a cell; noise of {@code
 * s} grey levels per pixel, with {@code k} pixels per cell, by {@code 2 s / sqrt(pi k)}. A bound
 * below the latter finds no copies in noisy pictures, one above the former drops pictures that
 * differ. O(pixels) time.
 */
final class Thumbnail {
  static final int SIDE = 8;

  private Thumbnail() {}

  /**
   * @param pixels unsigned bytes, {@code [height][width][channels]}, starting at {@code offset}
   * @return row-major, in grey levels, each in [0, 255]
   */
  static float[] of(ImageShape shape, byte[] pixels, int offset) {
    int columns = Math.min(SIDE, shape.width());
    int rows = Math.min(SIDE, shape.height());
    long[] sums = new long[columns * rows];
    int[] counts = new int[columns * rows];
    int at = offset;
    for (int y = 0; y < shape.height(); y++) {
      int row = y * rows / shape.height() * columns;
      for (int x = 0; x < shape.width(); x++) {
        int cell = row + x * columns / shape.width();
        if (shape.channels() == 1) {
          sums[cell] += pixels[at++] & 0xFF;
        } else {
          sums[cell] += Luma.of(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
          at += 3;
        }
        counts[cell]++;
      }
    }
    float[] means = new float[sums.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = (float) ((double) sums[i] / counts[i]);
    }
    return means;
  }

  /** Mean absolute difference of two thumbnails of the same shape, in grey levels. */
  static double difference(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.abs(a[i] - b[i]);
    }
    return sum / a.length;
  }
}
