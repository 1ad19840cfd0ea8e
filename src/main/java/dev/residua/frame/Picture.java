package dev.residua.frame;

/**
 * A decoded picture whose memory is used again for the next one: {@code width * height * channels}
 * unsigned bytes, row-major, channels innermost. For one thread.
 */
final class Picture {
  /** A buffer above this size is given back after the picture that needed it. */
  private static final int KEPT_BYTES = 8 << 20;

  private byte[] data = new byte[0];
  private int width;
  private int height;
  private int channels;

  /** Makes room for a picture; the content is undefined. */
  void reset(int newWidth, int newHeight, int newChannels) {
    width = newWidth;
    height = newHeight;
    channels = newChannels;
    int size = Math.multiplyExact(Math.multiplyExact(newWidth, newHeight), newChannels);
    if (data.length < size || (data.length > KEPT_BYTES && size <= KEPT_BYTES)) {
      data = new byte[size];
    }
  }

  /** Says that the first {@code width * height * fewer} bytes are the picture now. */
  void narrow(int fewer) {
    channels = fewer;
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
}
