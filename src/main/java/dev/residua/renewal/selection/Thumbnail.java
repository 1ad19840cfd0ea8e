package dev.residua.renewal.selection;

import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;

/**
 * A picture as {@value #SIDE} by {@value #SIDE} mean grey levels, or fewer where it has fewer
 * pixels a side; cell {@code (i, j)} is the mean luma of the pixels whose place falls into it.
 *
 * <p>How to choose a bound for {@link #difference}: a thing that covers the share {@code f} of the
 * picture and differs by {@code g} grey levels from what is behind it changes the mean absolute
 * difference by {@code 2 f g} when it moves to where it was not, and by less within a cell; noise
 * of {@code s} grey levels a pixel alone, with {@code k} pixels a cell, by {@code 2 s / sqrt(pi
 * k)}. A bound below the latter finds no copies in noisy pictures, one above the former drops
 * pictures that differ. O(pixels) time.
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
