package dev.residua.model;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.atomic.AtomicLong;

/** Files that appear whole or not at all. */
public final class AtomicFile {
  /** Two threads may write the same file. */
  private static final AtomicLong PARTS = new AtomicLong();

  private AtomicFile() {}

  /** The content of a file. */
  @FunctionalInterface
  public interface Content {
    void writeTo(OutputStream out) throws IOException;
  }

  /** Writes a file of a given name. */
  @FunctionalInterface
  public interface Part {
    void writeTo(Path part) throws IOException;
  }

  /**
   * Writes to a temporary file and moves it into place, which replaces an older file. Makes the
   * folder if need be.
   */
  public static void write(Path file, Content content) throws IOException {
    writeByName(file, content(content));
  }

  /** Like {@link #write}, for content that is written to a file by its name. */
  public static void writeByName(Path file, Part content) throws IOException {
    write(
        file,
        content,
        (part, target) -> Files.move(part, target, StandardCopyOption.REPLACE_EXISTING));
  }

  private static Part content(Content content) {
    return part -> {
      try (OutputStream out = Files.newOutputStream(part)) {
        content.writeTo(out);
      }
    };
  }

  /**
   * Writes a new file, never in place of another one, even if one appears at the same time.
   *
   * @throws FileAlreadyExistsException if there is one already
   */
  static void writeNew(Path file, Content content) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    write(file, content(content), AtomicFile::linked);
  }

  /** A second name is given to the file only if nothing has it, which moving does not promise. */
  private static void linked(Path part, Path target) throws IOException {
    try {
      Files.createLink(target, part);
    } catch (UnsupportedOperationException e) {
      Files.move(part, target);
    }
  }

  private interface Placing {
    void place(Path part, Path target) throws IOException;
  }

  private static void write(Path file, Part content, Placing placing) throws IOException {
    Path target = file.toAbsolutePath();
    Path part =
        target.resolveSibling(
            "%s.%d-%d.part"
                .formatted(
                    target.getFileName(), ProcessHandle.current().pid(), PARTS.incrementAndGet()));
    Path folder = target.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    try {
      content.writeTo(part);
      placing.place(part, target);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
