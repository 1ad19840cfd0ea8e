package dev.residua.frame;

import org.jspecify.annotations.Nullable;

/** Encoding of a frame's pixels. */
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
  JPEG(0),
  /** A complete WebP file. */
  WEBP(0),
  /** A complete BMP file. */
  BMP(0),
  /** A complete TIFF file; its first page is the frame. */
  TIFF(0);

  /** The formats that are files, as a sentence lists them. */
  public static final String FILES = "PNG, JPEG, WebP, BMP or TIFF";

  private static final int BMP_HEADER = 26;

  private final int bytesPerPixel;

  PixelFormat(int bytesPerPixel) {
    this.bytesPerPixel = bytesPerPixel;
  }

  /** Bytes of one pixel of a raw format; 0 for a compressed file. */
  public int bytesPerPixel() {
    return bytesPerPixel;
  }

  /** Returns true if the data is a file whose header has the size. */
  public boolean isFile() {
    return bytesPerPixel == 0;
  }

  /** The format of a file by its first bytes, or null if they are of none. */
  public static @Nullable PixelFormat ofFile(byte[] file) {
    if (starts(file, 0, "\211PNG\r\n\32\n")) {
      return PNG;
    }
    if (starts(file, 0, "\377\330\377")) {
      return JPEG;
    }
    if (starts(file, 0, "RIFF") && starts(file, 8, "WEBP")) {
      return WEBP;
    }
    if (starts(file, 0, "II*\0") || starts(file, 0, "MM\0*")) {
      return TIFF;
    }
    // Two letters are few: the header that follows begins with its size, 12 to 124 bytes.
    if (file.length >= BMP_HEADER && starts(file, 0, "BM") && starts(file, 15, "\0\0\0")) {
      return BMP;
    }
    return null;
  }

  private static boolean starts(byte[] file, int at, String with) {
    if (file.length < at + with.length()) {
      return false;
    }
    for (int i = 0; i < with.length(); i++) {
      if (file[at + i] != (byte) with.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
