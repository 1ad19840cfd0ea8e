package dev.residua.cli.data;

import dev.residua.frame.Frame;
import dev.residua.model.AtomicFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * A folder of pictures that are named by the time at which they were taken, in UTC, such as {@code
 * 20260314-101530.250000.jpg}.
 */
final class RecordingFolder {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("uuuuMMdd-HHmmss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

  private final Path folder;

  RecordingFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes a picture; the file appears whole or not at all.
   *
   * @param frame a file of a picture
   * @throws FileAlreadyExistsException if there is a picture of the same time
   * @throws IOException if it cannot be written
   */
  void write(Frame frame) throws IOException {
    Path file = folder.resolve(NAME.format(frame.capturedAt()) + ending(frame));
    if (Files.exists(file)) {
      throw new FileAlreadyExistsException(
          file + " is there already: two pictures have the same time");
    }
    AtomicFile.write(file, out -> out.write(frame.data()));
  }

  private static String ending(Frame frame) {
    return switch (frame.format()) {
      case JPEG -> ".jpg";
      case PNG -> ".png";
      case WEBP -> ".webp";
      case BMP -> ".bmp";
      case TIFF -> ".tif";
      case GRAY8, RGB8, RGBA8 ->
          throw new IllegalArgumentException("pixels have no file format: " + frame.format());
    };
  }
}
