package dev.residua.importing;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import dev.residua.frame.RejectedFrameException;
import dev.residua.frame.RejectedFrameException.Reason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads picture files as frames, and knows the endings of their names. */
final class PictureFile {
  /** Endings of names, as the formats are usually stored. */
  static final List<String> ENDINGS =
      List.of(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".tif", ".tiff");

  private PictureFile() {}

  /** Returns true if a file is a picture by its name. */
  static boolean isNamedSo(String name) {
    return ENDINGS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
  }

  /**
   * Reads a file.
   *
   * @throws RejectedFrameException if it is too large or not a picture
   */
  static Frame read(Path file, FrameLimits limits) throws IOException, RejectedFrameException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(Files.exists(file) ? "is not a file" : "does not exist");
    }
    if (Files.size(file) > limits.maxBytes()) {
      throw new RejectedFrameException(
          Reason.TOO_LARGE,
          "the file has %,d bytes, at most %,d are allowed"
              .formatted(Files.size(file), limits.maxBytes()));
    }
    byte[] data = Files.readAllBytes(file);
    PixelFormat format = PixelFormat.ofFile(data);
    if (format == null && data.length > 0) {
      throw new RejectedFrameException(
          Reason.UNKNOWN_FORMAT, "the file is no " + PixelFormat.FILES);
    }
    return frame(format == null ? PixelFormat.PNG : format, 0, 0, data);
  }

  /** A frame without a source of its own. */
  static Frame frame(PixelFormat format, int width, int height, byte[] data) {
    return new Frame("import", 0, Instant.EPOCH, width, height, format, data, Map.of());
  }
}
