package dev.residua.frame;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * Measures the state of the camera from a picture. With {@code L} the luma of a pixel ({@link
 * Luma}, the value itself in gray pictures), over a picture of {@code w} by {@code h} pixels:
 *
 * <ul>
 *   <li>luma: mean of {@code L};
 *   <li>dark and saturated share: pixels with {@code L <= 16} and {@code L >= 239};
 *   <li>sharpness: mean over inner pixels of {@code (4 L - left - right - above - below)^2},
 *       divided by the variance of {@code L}. A change of gain leaves it as it is; a blur of one
 *       pixel divides it by about ten;
 *   <li>tear: the largest, over neighbouring rows, of {@code D_0 - D - max(0, D - M)}, with {@code
 *       D = min_s D_s}. {@code D_s} is the mean absolute difference of the two rows when the lower
 *       one is rotated by {@code s} pixels, and {@code M} the mean of all {@code D_0}. The edge of
 *       an object makes {@code D_0} large, and no displacement reduces it; that of a displaced
 *       lower part does, and then the rows agree as well as others do. Rows of two objects that
 *       happen to look alike when one is displaced still disagree elsewhere. Only the {@value
 *       #PAIRS} pairs with the largest {@code D_0} are examined.
 * </ul>
 *
 * <p>Masked pixels do not count: means and shares are over the remaining pixels, and a difference
 * counts if none of its pixels is masked.
 *
 * <p>O(c w h + PAIRS w^2) time; nothing is allocated but the result. For one shape and one thread.
 *
 * <p>Sums are taken in lanes: lane {@code i} adds the pixels at place {@code i} of each block of
 * rows, and the lanes are added at the end. The compiler vectorises a loop over arrays that all use
 * its index as it is, with no offset, so neighbours are copied to the same index first.
 */
public final class SensorMeter {
  /** Largest luma of a dark pixel, and how far a saturated one may stay below white. */
  private static final int END_OF_RANGE = 16;

  private static final int WHITE = 255;
  static final int PAIRS = 8;

  /** Pixels in a block of rows, about: few enough for the first cache. */
  private static final int BLOCK = 512;

  /** Blocks whose largest squares, 1020^2, add up to an int. */
  private static final int EXACT_BLOCKS = 2_048;

  private static final int SATURATED_SHIFT = 16;
  private static final int COUNT = (1 << SATURATED_SHIFT) - 1;

  private final ImageShape shape;
  private final int w;
  private final int h;
  private final int blockRows;
  private final int[] luma;

  // One block of rows and its neighbours.
  private final int[] block;
  private final int[] left;
  private final int[] right;
  private final int[] above;
  private final int[] below;

  // Lanes.
  private final int[] sums;
  private final int[] squares;
  private final int[] ends;

  private final int[] twice; // a row after itself, so that a rotated row is a range
  private final int[] rotated;
  private final int[] differences; // of two rows, by rotation
  private final int[] largest = new int[PAIRS];
  private final int[] rows = new int[PAIRS];
  private final MaskedSensorMeter masked;
  private final Checksum high = new CRC32();
  private final Checksum low = new CRC32C();

  public SensorMeter(ImageShape shape) {
    this.shape = shape;
    this.w = shape.width();
    this.h = shape.height();
    this.blockRows = Math.min(h, Math.max(1, BLOCK / w));
    this.luma = new int[w * h];
    int size = blockRows * w;
    this.block = new int[size];
    this.left = new int[size];
    this.right = new int[size];
    this.above = new int[size];
    this.below = new int[size];
    this.sums = new int[size];
    this.squares = new int[size];
    this.ends = new int[size];
    this.twice = new int[2 * w];
    this.rotated = new int[w];
    this.differences = new int[w];
    this.masked = new MaskedSensorMeter(shape, luma);
  }

  /** Measures one picture of which everything counts. */
  public SensorReadings measure(byte[] pixels, int offset) {
    return measure(pixels, offset, PixelMask.NONE);
  }

  /**
   * Measures one picture.
   *
   * @param pixels unsigned bytes, {@code [height][width][channels]}, starting at {@code offset}
   * @param mask pixels that do not count; at least one must
   * @throws IllegalArgumentException if there are fewer bytes than a picture needs
   */
  public SensorReadings measure(byte[] pixels, int offset, PixelMask mask) {
    if (offset < 0 || pixels.length - offset < shape.size()) {
      throw new IllegalArgumentException(
          "%d bytes from offset %d hold no picture of %s, which needs %d bytes"
              .formatted(pixels.length, offset, shape, shape.size()));
    }
    Luma.read(pixels, offset, shape.channels(), luma);
    if (!mask.isEmpty()) {
      return masked.measure(mask, hash(pixels, offset));
    }
    int n = luma.length;
    long sum = 0;
    long sumOfSquares = 0;
    int dark = 0;
    int saturated = 0;
    int chunk = EXACT_BLOCKS * blockRows;
    for (int top = 0; top < h; top += chunk) {
      addBrightness(top, Math.min(h, top + chunk));
      sum += sum(sums, 0, sums.length);
      for (int i = 0; i < ends.length; i++) {
        sumOfSquares += squares[i];
        dark += ends[i] & COUNT;
        saturated += ends[i] >>> SATURATED_SHIFT;
      }
    }
    // Exact integers up to the division; n^2 times the variance.
    long spread = n * sumOfSquares - sum * sum;
    return new SensorReadings(
        (float) ((double) sum / n),
        (float) dark / n,
        (float) saturated / n,
        spread == 0 ? 0 : (float) (laplacian() / ((double) spread / n / n)),
        tear(),
        hash(pixels, offset));
  }

  static boolean isDark(int luma) {
    return luma <= END_OF_RANGE;
  }

  static boolean isSaturated(int luma) {
    return luma >= WHITE - END_OF_RANGE;
  }

  private void addBrightness(int top, int bottom) {
    Arrays.fill(sums, 0);
    Arrays.fill(squares, 0);
    Arrays.fill(ends, 0);
    for (int row = top; row < bottom; row += blockRows) {
      int n = Math.min(blockRows, bottom - row) * w;
      System.arraycopy(luma, row * w, block, 0, n);
      addBrightness(n, block, sums, squares, ends);
    }
  }

  private static void addBrightness(int n, int[] block, int[] sums, int[] squares, int[] ends) {
    for (int i = 0; i < n; i++) {
      int value = block[i];
      sums[i] += value;
      squares[i] += value * value;
      // The sign of a difference instead of isDark and isSaturated: a branch is not vectorised
      ends[i] +=
          (value - END_OF_RANGE - 1 >>> 31)
              + (WHITE - END_OF_RANGE - 1 - value >>> 31 << SATURATED_SHIFT);
    }
  }

  private static int sum(int[] values, int from, int to) {
    int sum = 0;
    for (int i = from; i < to; i++) {
      sum += values[i];
    }
    return sum;
  }

  /** Mean squared second difference of the inner pixels; 0 if there are none. */
  private double laplacian() {
    if (w < 3 || h < 3) {
      return 0;
    }
    long sum = 0;
    int chunk = EXACT_BLOCKS * blockRows;
    for (int top = 1; top < h - 1; top += chunk) {
      addLaplacians(top, Math.min(h - 1, top + chunk));
      for (int row = 0; row < squares.length; row += w) {
        for (int i = row + 1; i < row + w - 1; i++) { // without the first and the last column
          sum += squares[i];
        }
      }
    }
    return sum / ((double) (w - 2) * (h - 2));
  }

  private void addLaplacians(int top, int bottom) {
    Arrays.fill(squares, 0);
    for (int row = top; row < bottom; row += blockRows) {
      int n = Math.min(blockRows, bottom - row) * w;
      int at = row * w;
      System.arraycopy(luma, at, block, 0, n);
      System.arraycopy(luma, at - 1, left, 0, n);
      System.arraycopy(luma, at + 1, right, 0, n);
      System.arraycopy(luma, at - w, above, 0, n);
      System.arraycopy(luma, at + w, below, 0, n);
      addLaplacians(n, block, left, right, above, below, squares);
    }
  }

  private static void addLaplacians(
      int n, int[] block, int[] left, int[] right, int[] above, int[] below, int[] squares) {
    for (int i = 0; i < n; i++) {
      int d = 4 * block[i] - left[i] - right[i] - above[i] - below[i];
      squares[i] += d * d;
    }
  }

  private float tear() {
    Arrays.fill(largest, 0);
    long total = 0;
    for (int row = 0; row < h - 1; row += blockRows) {
      int n = Math.min(blockRows, h - 1 - row) * w;
      System.arraycopy(luma, row * w, block, 0, n);
      System.arraycopy(luma, row * w + w, below, 0, n);
      subtract(n, block, below);
      for (int at = 0, y = row; at < n; at += w, y++) {
        int difference = sum(block, at, at + w);
        total += difference;
        keep(difference, y);
      }
    }
    long best = 0;
    for (int k = 0; k < PAIRS && tear(largest[k], 0, total) > best; k++) {
      // However the lower row is rotated, the two differ by at least the difference of their sums:
      // at the edge of an object, that is all of their difference
      long least = Math.abs(rowSum(rows[k]) - rowSum(rows[k] + 1));
      if (tear(largest[k], least, total) > best) {
        best = Math.max(best, tear(largest[k], smallestWhenRotated(rows[k], largest[k]), total));
      }
    }
    return best == 0 ? 0 : (float) ((double) best / (h - 1) / w);
  }

  /**
   * Tear of one pair of rows, times the number of pairs.
   *
   * @param unrotated sum of differences
   * @param rotated the smallest sum of differences
   * @param total of all pairs
   */
  private long tear(long unrotated, long rotated, long total) {
    long pairs = h - 1L;
    return (unrotated - rotated) * pairs - Math.max(0, rotated * pairs - total);
  }

  private static void subtract(int n, int[] values, int[] others) {
    for (int i = 0; i < n; i++) {
      values[i] = Math.abs(values[i] - others[i]);
    }
  }

  private int rowSum(int row) {
    return sum(luma, row * w, row * w + w);
  }

  private void keep(int difference, int row) {
    int k = PAIRS - 1;
    if (difference <= largest[k]) {
      return;
    }
    for (; k > 0 && largest[k - 1] < difference; k--) {
      largest[k] = largest[k - 1];
      rows[k] = rows[k - 1];
    }
    largest[k] = difference;
    rows[k] = row;
  }

  private int smallestWhenRotated(int row, int unrotated) {
    int upper = row * w;
    System.arraycopy(luma, upper + w, twice, 0, w);
    System.arraycopy(luma, upper + w, twice, w, w);
    Arrays.fill(differences, 0);
    for (int x = 0; x < w; x++) {
      System.arraycopy(twice, x, rotated, 0, w); // at s: what rotation by s puts under x
      addDistances(luma[upper + x], rotated, differences);
    }
    int smallest = unrotated;
    for (int s = 1; s < w; s++) {
      smallest = Math.min(smallest, differences[s]);
    }
    return smallest;
  }

  private static void addDistances(int value, int[] others, int[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += Math.abs(value - others[i]);
    }
  }

  /** Two checksums, so that two pictures with one different word never have the same. */
  private long hash(byte[] pixels, int offset) {
    high.reset();
    high.update(pixels, offset, shape.size());
    low.reset();
    low.update(pixels, offset, shape.size());
    return high.getValue() << Integer.SIZE | low.getValue();
  }
}
