package dev.residua.decoding;

import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;

/** Encodes pictures as JPEG files with libjpeg-turbo, which Leptonica brings. */
public final class JpegWriter {
  private static final int BASELINE = 0;

  private JpegWriter() {}

  /**
   * A picture as a baseline file whose colours have half the resolution.
   *
   * @param picture of 8 or 32 bits; stays the caller's
   * @param quality 1 to 100
   * @throws IOException if it cannot be encoded
   */
  public static byte[] file(PIX picture, int quality) throws IOException {
    try (BytePointer data = new BytePointer((BytePointer) null);
        SizeTPointer size = new SizeTPointer(1)) {
      if (leptonica.pixWriteMemJpeg(data, size, picture, quality, BASELINE) != 0) {
        throw new IOException("a frame cannot be encoded as JPEG");
      }
      byte[] file = new byte[Math.toIntExact(size.get())];
      data.get(file);
      leptonica.lept_free(data);
      return file;
    }
  }
}
