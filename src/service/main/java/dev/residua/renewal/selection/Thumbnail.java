package dev.residua.renewal.selection;

import dev.residua.frame.ImageShape;
import dev.residua.frame.Luma;

/**
 * A picture as at most {@value #SIDE} by {@value #SIDE} mean grey levels; cell {@code (i, j)} is
 * the mean luma of its pixels.
 *
 * <p>How to choose a bound for {@link #difference}: an object that differs by {@code g} grey levels
 * from its background changes a cell by {@code g c / k} if it uncovers {@code c} of its {@code k}
 * pixels, however small its share of the picture is. Noise of {@code s} grey levels per pixel
 * changes a cell with the standard deviation {@code s sqrt(2 / k)}; all of {@value #SIDE} times
 * {@value #SIDE} cells stay below 3.5 of these in 97 % of the pairs. A bound below the latter finds
 * no copies in noisy pictures, one above the former drops pictures that differ. O(pixels) time.
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

  /** Largest absolute difference of a cell of two thumbnails of the same shape, in grey levels. */
  static double difference(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }
}
