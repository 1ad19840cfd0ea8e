package dev.residua.decoding;

/**
 * A decoded picture whose memory is used again for the next one: {@code width * height * channels}
 * unsigned bytes, row-major, channels innermost. For one thread.
 *
 * <p>A picture that was decoded at a reduced size may end within its last column and row: then what
 * it shows is a part of what it stores.
 */
final class Picture {
  /** A larger buffer is given back after the picture that needed it. */
  private static final int KEPT_BYTES = 8 << 20;

  private byte[] data = new byte[0];
  private byte[] turned = new byte[0];
  private int width;
  private int height;
  private int channels;
  private Span columns = new Span(0, 1, false);
  private Span rows = new Span(0, 1, false);

  /**
   * Where along one axis the picture is, in stored pixels.
   *
   * @param start at least 0
   * @param length above 0
   * @param averages whether a stored pixel is the average of several
   */
  record Span(double start, double length, boolean averages) {
    private Span mirrored(int of) {
      return new Span(of - start - length, length, averages);
    }
  }

  /** Makes room for a picture that shows all it stores; the content is undefined. */
  void reset(int newWidth, int newHeight, int newChannels) {
    room(newWidth, newHeight, newChannels);
    columns = new Span(0, newWidth, false);
    rows = new Span(0, newHeight, false);
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
    data = fitting(data, Math.multiplyExact(Math.multiplyExact(width, height), channels));
  }

  private static byte[] fitting(byte[] buffer, int size) {
    return fits(buffer.length, size) ? buffer : new byte[size];
  }

  /** Whether a buffer is large enough, and not so large that another should take its place. */
  static boolean fits(int capacity, int size) {
    return capacity >= size && (capacity <= KEPT_BYTES || size > KEPT_BYTES);
  }

  /** Says that the first {@code width * height * fewer} bytes are the picture now. */
  void narrow(int fewer) {
    channels = fewer;
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
    turned = fitting(turned, width * height * channels);
    for (int y = 0, to = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        int column = swapped ? y : x;
        int row = swapped ? x : y;
        int from =
            ((upDown ? height - 1 - row : row) * width + (leftRight ? width - 1 - column : column))
                * channels;
        for (int c = 0; c < channels; c++) {
          turned[to++] = data[from + c];
        }
      }
    }
    Span stored = leftRight ? columns.mirrored(width) : columns;
    Span storedRows = upDown ? rows.mirrored(height) : rows;
    columns = swapped ? storedRows : stored;
    rows = swapped ? stored : storedRows;
    byte[] before = data;
    data = turned;
    turned = before.length > KEPT_BYTES ? new byte[0] : before;
    width = newWidth;
    height = newHeight;
  }

  byte[] data() {
    return data;
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

  /** The columns that the picture shows. */
  Span columns() {
    return columns;
  }

  /** The rows that the picture shows. */
  Span rows() {
    return rows;
  }
}
