package dev.residua.frame;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Estimates from one picture how its camera has moved against a reference.
 *
 * <p>The reference is a mean of many pictures, in which moving content is blurred. At two sizes,
 * with about 16 and 32 pixels on the longer side, a similarity and a change of light are fitted to
 * the steepest points of the reference, see {@link SimilarityFit}. Points that disagree count
 * little, so that the still background decides. The motion is unknown if too little of the
 * reference is still, or if its edges all have one direction.
 *
 * <p>It follows shifts of up to 8 % of the longer side, turns of up to 5 degrees and scales from
 * 0.92 to 1.08. A region that is stretched into the picture makes a turn look a little larger or
 * smaller than it is.
 *
 * <p>About 30 us for 64x64 pixels with three colours. Mutable, for one thread.
 */
public final class CameraRegistration {
  private static final int FINE_SIDE = 32;
  private static final int SMALLEST_SIDE = 8;
  private static final int COARSE_STEPS = 5;
  private static final int FINE_STEPS = 3;

  /**
   * Largest standard error at the picture's edge, in pixels of the fine size. With a still
   * background it is 0.01 to 0.07; if all of the scene moves, it is 0.12 and more.
   */
  private static final double LARGEST_ERROR = 0.08;

  private final ImageShape shape;
  private final byte[] reference;
  private final int factor;
  private final int left;
  private final int top;
  private final @Nullable SmoothPicture fine; // null: too small
  private final SmoothPicture coarse;
  private final SimilarityFit fit = new SimilarityFit();
  private final int[] luma;
  private final int[] row;

  /**
   * @param reference grey levels, {@code [height][width][channels]}
   */
  public CameraRegistration(ImageShape shape, float[] reference) {
    if (reference.length != shape.size()) {
      throw new IllegalArgumentException(
          "a reference must have %d values for pictures of %s but has %d"
              .formatted(reference.length, shape, shape.size()));
    }
    this.shape = shape;
    this.factor = Math.max(1, Math.max(shape.width(), shape.height()) / FINE_SIDE);
    int width = shape.width() / factor;
    int height = shape.height() / factor;
    this.left = (shape.width() - width * factor) / 2;
    this.top = (shape.height() - height * factor) / 2;
    this.luma = new int[shape.width() * shape.height()];
    this.row = new int[width];
    this.coarse = new SmoothPicture(width / 2, height / 2);
    this.fine = Math.min(width, height) < SMALLEST_SIDE ? null : new SmoothPicture(width, height);
    this.reference = GreyLevels.rounded(reference);
    if (fine != null) {
      read(this.reference, 0, fine);
      fine.chooseReferencePoints();
      coarse.chooseReferencePoints();
    }
  }

  /**
   * Estimates the motion of a picture of which some pixels are masked; there the reference counts
   * as unmoved.
   *
   * @param mask pixels that show nothing
   */
  public @Nullable CameraMotion estimate(byte[] pixels, int offset, PixelMask mask) {
    if (mask.isEmpty()) {
      return estimate(pixels, offset);
    }
    byte[] filled = Arrays.copyOfRange(pixels, offset, offset + shape.size());
    mask.fill(filled, 0, shape.channels(), reference);
    return estimate(filled, 0);
  }

  /**
   * Estimates the motion of a picture's content since the reference.
   *
   * @param pixels unsigned bytes, {@code [height][width][channels]}, starting at {@code offset}
   * @return null if it is unknown
   * @throws IllegalArgumentException if there are fewer bytes than a picture needs
   */
  public @Nullable CameraMotion estimate(byte[] pixels, int offset) {
    if (offset < 0 || pixels.length - offset < shape.size()) {
      throw new IllegalArgumentException(
          "%d bytes from offset %d hold no picture of %s, which needs %d bytes"
              .formatted(pixels.length, offset, shape, shape.size()));
    }
    if (fine == null) {
      return null;
    }
    read(pixels, offset, fine);
    fit.start();
    if (!fit.improve(coarse, COARSE_STEPS)) {
      return null;
    }
    fit.enlarge(2);
    if (!fit.improve(fine, FINE_STEPS) || !(fit.error() <= LARGEST_ERROR)) {
      return null;
    }
    fit.enlarge(factor);
    CameraMotion motion = fit.motion(shape);
    return motion.isWithinPicture() ? motion : null;
  }

  private void read(byte[] pixels, int offset, SmoothPicture into) {
    Luma.read(pixels, offset, shape.channels(), luma);
    float[] means = into.unsmoothed();
    float area = factor * factor;
    for (int y = 0; y < into.height(); y++) {
      Arrays.fill(row, 0);
      for (int r = 0; r < factor; r++) {
        int at = (top + y * factor + r) * shape.width() + left;
        for (int x = 0; x < row.length; x++) {
          for (int c = 0; c < factor; c++, at++) {
            row[x] += luma[at];
          }
        }
      }
      for (int x = 0; x < row.length; x++) {
        means[y * row.length + x] = row[x] / area;
      }
    }
    into.smooth();
    into.halve(coarse.unsmoothed());
    coarse.smooth();
  }
}
