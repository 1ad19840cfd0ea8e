package dev.residua.frame;

/**
 * Size of the images that a model reads. Pixels are unsigned bytes in row-major order with the
 * channels innermost ({@code [height][width][channels]}).
 *
 * @param width columns, in pixels, at least 1
 * @param height rows, in pixels, at least 1
 * @param channels 1 for gray, 3 for red, green, blue
 */
public record ImageShape(int width, int height, int channels) {
  public ImageShape {
    if (width < 1 || height < 1) {
      throw new IllegalArgumentException(
          "image shape must be at least 1x1 pixels but was " + width + "x" + height);
    }
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException("channels must be 1 or 3 but was " + channels);
    }
  }

  /** Bytes of one image. */
  public int size() {
    return width * height * channels;
  }

  @Override
  public String toString() {
    return width + "x" + height + "x" + channels;
  }
}
