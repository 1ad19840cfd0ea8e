package dev.residua.ingest;

import dev.residua.frame.NaturalOrder;
import dev.residua.frame.PixelFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The files of a folder and of the folders in it, in natural order. */
public final class PictureFolder {
  /** Most files of a folder. */
  public static final int MAX_FILES = 1_000_000;

  private PictureFolder() {}

  /**
   * All regular files that are not hidden; links are not followed.
   *
   * @throws IOException if the folder cannot be read, or has more than {@value #MAX_FILES} files
   */
  public static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      List<Path> files =
          all.filter(Files::isRegularFile)
              .filter(file -> !file.getFileName().toString().startsWith("."))
              .limit(MAX_FILES + 1L)
              .sorted(Comparator.comparing(Path::toString, new NaturalOrder()))
              .toList();
      if (files.size() > MAX_FILES) {
        throw new IOException(
            "the folder %s has more than %,d files; divide it".formatted(folder, MAX_FILES));
      }
      return files;
    } catch (UncheckedIOException e) {
      throw new IOException(
          "the folder %s cannot be read: %s".formatted(folder, e.getMessage()), e);
    }
  }

  /**
   * A picture file whole.
   *
   * @throws IOException if it cannot be read or is too large
   */
  public static byte[] read(Path file, int maxBytes) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] data = in.readNBytes(maxBytes);
      if (in.read() >= 0) {
        throw new IOException(
            "%s has more than the %,d bytes that are allowed".formatted(file, maxBytes));
      }
      return data;
    }
  }

  /** Returns true if a file begins as a picture does. */
  public static boolean isPicture(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return PixelFormat.ofFile(in.readNBytes(64)) != null;
    }
  }
}
