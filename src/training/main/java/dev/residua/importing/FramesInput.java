package dev.residua.importing;

import dev.residua.frame.FrameLimits;
import dev.residua.frame.PixelFormat;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Opens the input that a user names, and explains the faults of unreadable inputs. */
final class FramesInput {
  private static final String EXPECTED =
      "expected a folder of pictures, a list of pictures (.txt) or a uint8 array (.npy)";
  private static final Pattern ADDRESS = Pattern.compile("(?i)([a-z][a-z0-9+-]+)://.*");
  private static final List<String> ARCHIVES =
      List.of(".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar");
  private static final List<String> TABLES = List.of(".csv", ".tsv", ".json", ".jsonl", ".xlsx");
  private static final int FIRST_BYTES = 64;

  private FramesInput() {}

  /**
   * Opens an input.
   *
   * @param input folder, list of pictures, or {@code .npy} file
   * @throws IOException if it is something else; the message names the fault, the expected input
   *     and the remedy
   */
  static NamedFrames open(String input, FrameLimits limits) throws IOException {
    if (ADDRESS.matcher(input).matches()) {
      throw new IOException(address(input));
    }
    Path path;
    try {
      path = Path.of(input);
    } catch (InvalidPathException e) {
      throw new IOException("'%s' is not a path, %s".formatted(input, EXPECTED), e);
    }
    if (Files.isDirectory(path)) {
      return PictureFolder.open(path, limits);
    }
    if (input.contains("*") && !Files.exists(path)) {
      throw new IOException(
          "%1$s is a pattern; give the folder, or make a list with: ls %1$s >pictures.txt, then give --images pictures.txt"
              .formatted(input));
    }
    if (!Files.exists(path)) {
      throw new IOException("%s does not exist, %s".formatted(input, EXPECTED));
    }
    String name = input.toLowerCase(Locale.ROOT);
    if (name.endsWith(".npy")) {
      return PixelArray.open(path, limits);
    }
    if (name.endsWith(".txt") || name.endsWith(".lst")) {
      return PictureList.open(path, limits);
    }
    throw new IOException(other(path, name));
  }

  private static String address(String input) {
    String scheme = input.substring(0, input.indexOf(':')).toLowerCase(Locale.ROOT);
    if (Video.isStream(input) || Video.isVideo(input)) {
      return "%s is a video stream, which import does not read. %s"
          .formatted(input, Video.extract(input));
    }
    if (scheme.equals("file")) {
      return "%s is an address; give the path alone: %s"
          .formatted(input, input.substring("file://".length()));
    }
    return "%s is an address, %s. Download the pictures first".formatted(input, EXPECTED);
  }

  private static String other(Path path, String name) throws IOException {
    if (Video.isVideo(name)) {
      return "%s is a video; say how often to take a picture, such as --every 0.5s".formatted(path);
    }
    Path parent = path.toAbsolutePath().getParent();
    if (PictureFile.isNamedSo(name) || PixelFormat.ofFile(firstBytes(path)) != null) {
      return "%s is one picture; give the folder of all pictures, such as %s, or a list of them (.txt)"
          .formatted(path, parent);
    }
    if (ARCHIVES.stream().anyMatch(name::endsWith)) {
      return "%s is an archive; unpack it, and give the folder".formatted(path);
    }
    if (TABLES.stream().anyMatch(name::endsWith)) {
      return "%s is a table; give the folder of the pictures with --images, and this file with --labels"
          .formatted(path);
    }
    return "%s is of an unknown kind, %s".formatted(path, EXPECTED);
  }

  private static byte[] firstBytes(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(FIRST_BYTES);
    }
  }
}
