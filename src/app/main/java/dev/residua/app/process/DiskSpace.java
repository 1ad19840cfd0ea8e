package dev.residua.app.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Checks before anything else that the folders of a process have space. Later, a full disk fails in
 * Kafka, RocksDB or native code, which do not name the folder.
 */
public final class DiskSpace {
  /** Free space of a folder that a start needs, in bytes: 32 MiB. */
  public static final long LEAST_BYTES = 32L << 20;

  private DiskSpace() {}

  /** Bytes that this user can still write to the disk of a folder that exists. */
  public static long free(Path folder) throws IOException {
    return Files.getFileStore(folder).getUsableSpace();
  }

  /**
   * Checks a folder that exists.
   *
   * @param purpose of the folder
   * @param remedy how to choose another
   * @throws StartFailedException with what to do, if its disk is full
   */
  public static void check(Path folder, String purpose, String remedy) throws StartFailedException {
    long free;
    try {
      free = free(folder);
    } catch (IOException e) {
      throw new StartFailedException(
          "the free space of %s (%s) cannot be read: %s; %s"
              .formatted(folder.toAbsolutePath(), purpose, e.getMessage(), remedy),
          e);
    }
    if (free < LEAST_BYTES) {
      throw new StartFailedException(
          "the disk of %s (%s) is full: %,.1f MiB are free, a start needs %d; free some space, or %s"
              .formatted(
                  folder.toAbsolutePath(),
                  purpose,
                  free / (double) (1 << 20),
                  LEAST_BYTES >> 20,
                  remedy));
    }
  }
}
