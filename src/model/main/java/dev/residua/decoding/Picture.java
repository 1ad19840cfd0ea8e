package dev.residua.decoding;

import dev.residua.frame.ImageShape;
import dev.residua.frame.PackedPixels;
import dev.residua.frame.Span;

/**
 * A decoded picture whose memory is used again for the next one: one number per pixel, row-major,
 * {@code red << 16 | green << 8 | blue}, or the brightness of a gray one. For one thread.
 *
 * <p>A picture that was decoded at a reduced size may end within its last column and row: then it
 * shows a part of the stored pixels.
 */
final class Picture {
  /** A larger buffer is given back after the picture that needed it. */
  private static final int KEPT_BYTES = 8 << 20;

  private int[] pixels = new int[0];
  private int[] turned = new int[0];
  private int width;
  private int height;
  private int channels;
  private Span columns = Span.of(1);
  private Span rows = Span.of(1);

  /** Makes room for a picture that shows all it stores; the content is undefined. */
  void reset(int newWidth, int newHeight, int newChannels) {
    room(newWidth, newHeight, newChannels);
    columns = Span.of(newWidth);
    rows = Span.of(newHeight);
  }

  /**
   * Makes room for a picture whose pixels are averages; the content is undefined.
   *
   * @param shownWidth columns from the left that it shows, at most {@code newWidth}
   * @param shownHeight rows from the top that it shows, at most {@code newHeight}
   */
  void resetReduced(
      int newWidth, int newHeight, int newChannels, double shownWidth, double shownHeight) {
    room(newWidth, newHeight, newChannels);
    columns = new Span(0, shownWidth, true);
    rows = new Span(0, shownHeight, true);
  }

  private void room(int newWidth, int newHeight, int newChannels) {
    width = newWidth;
    height = newHeight;
    channels = newChannels;
    pixels = fitting(pixels, Math.multiplyExact(width, height));
  }

  private static int[] fitting(int[] buffer, int size) {
    return fits((long) Integer.BYTES * buffer.length, (long) Integer.BYTES * size)
        ? buffer
        : new int[size];
  }

  /**
   * Returns true if a buffer is large enough, and not so large that another should take its place.
   *
   * @param capacity in bytes
   * @param size in bytes
   */
  static boolean fits(long capacity, long size) {
    return capacity >= size && (capacity <= KEPT_BYTES || size > KEPT_BYTES);
  }

  /**
   * Stores pixels that are bytes, channels innermost.
   *
   * @param at index of the first pixel that is stored
   */
  void store(byte[] bytes, int from, int at, int count) {
    PackedPixels.pack(bytes, from, channels, pixels, at, count);
  }

  /** A pixel of a colour picture with straight alpha over white, rounded; all in 0..255. */
  static int overWhite(int red, int green, int blue, int alpha) {
    return PackedPixels.colour(
        overWhite(red, alpha), overWhite(green, alpha), overWhite(blue, alpha));
  }

  /** Like the above, of one sample. */
  static int overWhite(int sample, int alpha) {
    return (sample * alpha + 255 * (255 - alpha) + 127) / 255;
  }

  /** Weighs the colours as {@link dev.residua.frame.Luma}. */
  void toGray() {
    PackedPixels.toGray(pixels, width * height);
    channels = 1;
  }

  /**
   * Turns and mirrors the picture so that it stands upright.
   *
   * @param orientation as EXIF numbers them, 1 to 8
   */
  void turnUpright(int orientation) {
    if (orientation == ExifOrientation.UPRIGHT) {
      return;
    }
    boolean swapped = orientation >= 5;
    boolean leftRight = orientation == 2 || orientation == 3 || orientation >= 7;
    boolean upDown = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    int newWidth = swapped ? height : width;
    int newHeight = swapped ? width : height;
    turned = fitting(turned, width * height);
    for (int y = 0, to = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int column = swapped ? y : x;
        int row = swapped ? x : y;
        int from = (upDown ? height - 1 - row : row) * width;
        turned[to++] = pixels[from + (leftRight ? width - 1 - column : column)];
      }
    }
    Span stored = leftRight ? columns.mirrored(width) : columns;
    Span storedRows = upDown ? rows.mirrored(height) : rows;
    columns = swapped ? storedRows : stored;
    rows = swapped ? stored : storedRows;
    int[] before = pixels;
    pixels = turned;
    turned = before.length > KEPT_BYTES / Integer.BYTES ? new int[0] : before;
    width = newWidth;
    height = newHeight;
  }

  int[] pixels() {
    return pixels;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  int channels() {
    return channels;
  }

  /** Size of the stored picture. */
  ImageShape shape() {
    return new ImageShape(width, height, channels);
  }

  /** The columns that the picture shows. */
  Span columns() {
    return columns;
  }

  /** The rows that the picture shows. */
  Span rows() {
    return rows;
  }
}
