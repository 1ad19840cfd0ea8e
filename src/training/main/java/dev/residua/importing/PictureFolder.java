package dev.residua.importing;

import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.NaturalOrder;
import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The pictures of a folder and of all folders in it, in the natural order of their names. Hidden
 * files and folders, and links to folders, are left out. A name is the path from the folder, with
 * slashes.
 */
final class PictureFolder implements NamedFrames {
  private static final List<String> CONVERTIBLE = List.of(".heic", ".heif", ".gif", ".avif");

  private final Path folder;
  private final FrameLimits limits;
  private final List<String> names;
  private final SkippedImages leftOut;

  private PictureFolder(
      Path folder, FrameLimits limits, List<String> names, SkippedImages leftOut) {
    this.folder = folder;
    this.limits = limits;
    this.names = names;
    this.leftOut = leftOut;
  }

  /**
   * Lists a folder.
   *
   * @throws IOException if it has no picture; the message lists its content
   */
  static PictureFolder open(Path folder, FrameLimits limits) throws IOException {
    List<String> names = new ArrayList<>();
    Map<String, Integer> others = new TreeMap<>();
    Path start = folder.toRealPath(); // the folder may be a link, and links are not followed
    Files.walkFileTree(
        start,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            return !dir.equals(start) && isHidden(dir)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            String name = start.relativize(file).toString().replace('\\', '/');
            if (!isHidden(file)) {
              if (PictureFile.isNamedSo(name) && Files.isRegularFile(file)) {
                names.add(name);
              } else {
                SkippedImages.add(others, String.valueOf(file.getFileName()));
              }
            }
            return FileVisitResult.CONTINUE;
          }
        });
    SkippedImages leftOut = new SkippedImages(others);
    if (names.isEmpty()) {
      throw new IOException(nothing(folder, leftOut));
    }
    names.sort(new NaturalOrder());
    return new PictureFolder(folder, limits, names, leftOut);
  }

  private static boolean isHidden(Path path) {
    String name = String.valueOf(path.getFileName());
    return name.startsWith(".") || name.equals("__MACOSX");
  }

  private static String nothing(Path folder, SkippedImages found) {
    String begin =
        "%s has no picture, in no folder of it either; found %s, expected files ending in %s"
            .formatted(
                folder,
                found.total() == 0 ? "no file" : found.text(),
                String.join(", ", PictureFile.ENDINGS));
    if (found.hasAny(Video.ENDINGS)) {
      return begin + ". " + Video.extract("clip.mp4");
    }
    if (found.hasAny(CONVERTIBLE)) {
      return begin + ". Convert them first, for example: magick mogrify -format png *.heic";
    }
    if (found.hasAny(List.of(".npy"))) {
      return begin + ". Name the .npy file to import an array";
    }
    return begin;
  }

  @Override
  public String origin() {
    return folder.toString();
  }

  @Override
  public int count() {
    return names.size();
  }

  @Override
  public String name(int index) {
    return names.get(index);
  }

  @Override
  public Path folder() {
    return folder;
  }

  @Override
  public boolean isNamed() {
    return true;
  }

  @Override
  public Frame frame(int index) throws IOException, RejectedFrameException {
    return PictureFile.read(folder.resolve(names.get(index)), limits);
  }

  @Override
  public SkippedImages leftOut() {
    return leftOut;
  }
}
