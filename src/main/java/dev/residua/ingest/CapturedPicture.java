package dev.residua.ingest;

import dev.residua.frame.PixelFormat;
import java.time.Instant;

/**
 * One picture of a camera.
 *
 * @param capturedAt when it was taken
 * @param format of a file
 * @param data the file; not copied
 */
public record CapturedPicture(Instant capturedAt, PixelFormat format, byte[] data) {
  public CapturedPicture {
    if (!format.isFile() || data.length == 0) {
      throw new IllegalArgumentException(
          "a picture must be a file but was %s with %d bytes".formatted(format, data.length));
    }
  }
}
