package dev.residua.frame;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Measures what a picture says of its camera. With {@code L} the luma of a pixel ({@link Luma}, the
 * value itself in gray pictures), over a picture of {@code w} by {@code h} pixels:
 *
 * <ul>
 *   <li>luma: mean of {@code L};
 *   <li>dark and saturated share: pixels with {@code L <= 16} and {@code L >= 239};
 *   <li>sharpness: mean over inner pixels of {@code (4 L - left - right - above - below)^2},
 *       divided by the variance of {@code L}. A change of gain leaves it as it is; a blur of one
 *       pixel divides it by about ten;
 *   <li>tear: the largest, over neighbouring rows, of {@code D_0 - min_s D_s}, where {@code D_s} is
 *       the mean absolute difference of the two rows when the lower one is rotated by {@code s}
 *       pixels. The edge of an object makes {@code D_0} large but no displacement mends it; a lower
 *       part that is displaced does. Looked at are the {@value #PAIRS} pairs with the largest
 *       {@code D_0}.
 * </ul>
 *
 * <p>Masked pixels count in nothing: means and shares are over the others, and a difference counts
 * where none of its pixels is masked.
 *
 * <p>O(c w h + PAIRS w^2) time; nothing is allocated but the result. One shape for its whole life,
 * for one thread.
 */
public final class SensorMeter {
  /** Largest luma of a dark pixel, and how far a saturated one may stay below white. */
  private static final int END_OF_RANGE = 16;

  private static final int WHITE = 255;
  static final int PAIRS = 8;

  /** Squares of at most 1020 whose sum fits an int. */
  private static final int EXACT_SQUARES = 2_048;

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final ImageShape shape;
  private final int[] luma;
  private final int[] twice; // a row after itself, so that a rotated row is a range
  private final int[] largest = new int[PAIRS];
  private final int[] rows = new int[PAIRS];
  private final MaskedSensorMeter masked;

  public SensorMeter(ImageShape shape) {
    this.shape = shape;
    this.luma = new int[shape.width() * shape.height()];
    this.twice = new int[2 * shape.width()];
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
    int n = luma.length;
    readLuma(pixels, offset);
    if (!mask.isEmpty()) {
      return masked.measure(mask, hash(pixels, offset));
    }
    long sum = 0;
    long squares = 0;
    int dark = 0;
    int saturated = 0;
    for (int value : luma) {
      sum += value;
      squares += value * value;
      dark += isDark(value) ? 1 : 0;
      saturated += isSaturated(value) ? 1 : 0;
    }
    // Exact integers up to the division; n^2 times the variance.
    long spread = n * squares - sum * sum;
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

  private void readLuma(byte[] pixels, int offset) {
    if (shape.channels() == 1) {
      for (int i = 0; i < luma.length; i++) {
        luma[i] = pixels[offset + i] & 0xFF;
      }
      return;
    }
    for (int i = 0, at = offset; i < luma.length; i++, at += 3) {
      luma[i] = Luma.of(pixels[at] & 0xFF, pixels[at + 1] & 0xFF, pixels[at + 2] & 0xFF);
    }
  }

  /** Mean squared second difference of the inner pixels; 0 where there are none. */
  private double laplacian() {
    int w = shape.width();
    int h = shape.height();
    if (w < 3 || h < 3) {
      return 0;
    }
    long sum = 0;
    for (int y = 1; y < h - 1; y++) {
      int end = y * w + w - 1;
      for (int at = y * w + 1; at < end; at += EXACT_SQUARES) {
        sum += squaredLaplacians(at, Math.min(end, at + EXACT_SQUARES), w);
      }
    }
    return sum / ((double) (w - 2) * (h - 2));
  }

  /** Sum over at most {@link #EXACT_SQUARES} pixels; a loop that the compiler vectorises. */
  private int squaredLaplacians(int from, int end, int w) {
    int sum = 0;
    for (int at = from; at < end; at++) {
      int d = 4 * luma[at] - luma[at - 1] - luma[at + 1] - luma[at - w] - luma[at + w];
      sum += d * d;
    }
    return sum;
  }

  private float tear() {
    int w = shape.width();
    Arrays.fill(largest, 0);
    for (int y = 0; y + 1 < shape.height(); y++) {
      int difference = 0;
      for (int x = 0, at = y * w; x < w; x++, at++) {
        difference += Math.abs(luma[at + w] - luma[at]);
      }
      keep(difference, y);
    }
    int best = 0;
    for (int k = 0; k < PAIRS && largest[k] > best; k++) {
      // However the lower row is rotated, the two differ by at least the difference of their sums:
      // where an object begins, that is all of their difference.
      if (largest[k] - Math.abs(rowSum(rows[k]) - rowSum(rows[k] + 1)) > best) {
        best = Math.max(best, largest[k] - smallestWhenRotated(rows[k], largest[k]));
      }
    }
    return (float) best / w;
  }

  private int rowSum(int row) {
    int w = shape.width();
    int sum = 0;
    for (int at = row * w; at < row * w + w; at++) {
      sum += luma[at];
    }
    return sum;
  }

  /** Keeps the largest differences in falling order. */
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
    int w = shape.width();
    int upper = row * w;
    System.arraycopy(luma, upper + w, twice, 0, w);
    System.arraycopy(luma, upper + w, twice, w, w);
    int smallest = unrotated;
    for (int s = 1; s < w; s++) {
      int difference = 0;
      for (int x = 0; x < w; x++) {
        difference += Math.abs(luma[upper + x] - twice[s + x]);
      }
      smallest = Math.min(smallest, difference);
    }
    return smallest;
  }

  private long hash(byte[] pixels, int offset) {
    int end = offset + shape.size();
    long hash = shape.size();
    int at = offset;
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      hash = mix(hash ^ (long) LONGS.get(pixels, at));
    }
    for (; at < end; at++) {
      hash = mix(hash ^ (pixels[at] & 0xFF));
    }
    return hash;
  }

  /** Invertible, so that two pictures with one different word never collide. */
  private static long mix(long value) {
    long mixed = value * MIX;
    return mixed ^ (mixed >>> 32);
  }
}
