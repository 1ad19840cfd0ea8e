package dev.residua.importing;

import dev.residua.dataset.LabelTable;
import dev.residua.frame.Frame;
import dev.residua.frame.FrameLimits;
import dev.residua.frame.RejectedFrameException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The pictures that a text file lists, one path per line, in its order. Paths are relative to the
 * list; blank lines and lines that begin with {@code #} count for nothing.
 */
final class PictureList implements NamedFrames {
  private final Path list;
  private final FrameLimits limits;
  private final List<String> names;

  private PictureList(Path list, FrameLimits limits, List<String> names) {
    this.list = list;
    this.limits = limits;
    this.names = names;
  }

  /**
   * Reads a list.
   *
   * @throws IOException if it is empty, names a picture twice, or names one that is missing; the
   *     message names the lines
   */
  static PictureList open(Path list, FrameLimits limits) throws IOException {
    Set<String> names = new LinkedHashSet<>();
    List<String> wrong = new ArrayList<>();
    int number = 0;
    for (String line : LabelTable.text(list).replace("\uFEFF", "").lines().toList()) {
      number++;
      String name = line.strip().replace('\\', '/');
      if (name.isEmpty() || name.startsWith("#")) {
        continue;
      }
      if (!names.add(name)) {
        wrong.add("line %d: %s is there twice".formatted(number, name));
      } else if (!exists(list, name)) {
        wrong.add("line %d: %s does not exist".formatted(number, name));
      }
    }
    if (!wrong.isEmpty()) {
      throw new IOException(
          "%s has %d lines that name no picture; a path is relative to the folder of the list:%s"
              .formatted(list, wrong.size(), Truncation.lines(wrong)));
    }
    if (names.isEmpty()) {
      throw new IOException(list + " is empty, expected one path of a picture per line");
    }
    return new PictureList(list, limits, List.copyOf(names));
  }

  private static boolean exists(Path list, String name) {
    try {
      return Files.isRegularFile(list.resolveSibling(name));
    } catch (InvalidPathException e) {
      return false; // no file has such a name
    }
  }

  @Override
  public String origin() {
    return list.toString();
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
  public @Nullable Path folder() {
    return list.toAbsolutePath().getParent();
  }

  @Override
  public boolean isNamed() {
    return true;
  }

  @Override
  public Frame frame(int index) throws IOException, RejectedFrameException {
    return PictureFile.read(list.resolveSibling(names.get(index)), limits);
  }
}
