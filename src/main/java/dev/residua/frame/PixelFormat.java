package dev.residua.frame;

/** How the bytes of a frame encode its pixels. */
public enum PixelFormat {
  /** One byte a pixel, row-major, 0 is black. */
  GRAY8(1),
  /** Three bytes a pixel (red, green, blue), row-major. */
  RGB8(3),
  /** Four bytes a pixel (red, green, blue, straight alpha), row-major. */
  RGBA8(4),
  /** A complete PNG file. */
  PNG(0),
  /** A complete JPEG file. */
  JPEG(0);

  private final int bytesPerPixel;

  PixelFormat(int bytesPerPixel) {
    this.bytesPerPixel = bytesPerPixel;
  }

  /** Bytes of one pixel of a raw format; 0 for a compressed file. */
  public int bytesPerPixel() {
    return bytesPerPixel;
  }

  /** Whether the data is a compressed file whose size is in its own header. */
  public boolean isFile() {
    return bytesPerPixel == 0;
  }
}
