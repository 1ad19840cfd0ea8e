package dev.residua.ingest;

import dev.residua.frame.PixelFormat;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One picture of a camera.
 *
 * @param capturedAt when it was taken
 * @param format of a file
 * @param data the file; not copied
 * @param position time since the beginning of the stream; null if unknown
 */
public record CapturedPicture(
    Instant capturedAt, PixelFormat format, byte[] data, @Nullable Duration position) {
  /** A picture whose position is unknown. */
  public CapturedPicture(Instant capturedAt, PixelFormat format, byte[] data) {
    this(capturedAt, format, data, null);
  }

  public CapturedPicture {
    if (!format.isFile() || data.length == 0) {
      throw new IllegalArgumentException(
          "a picture must be a file but was %s with %d bytes".formatted(format, data.length));
    }
  }
}
