package dev.residua.app.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Token of a running service for commands of the same user on the same machine: a file in the data
 * directory that only its owner may read. A new one is made at every start.
 */
public final class LocalToken {
  private static final FileAttribute<?> OWNER_ONLY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private LocalToken() {}

  /** Returns the name of the file for a service on a port. */
  public static String file(int port) {
    return "local-token-" + port;
  }

  /**
   * Makes a token and writes its file.
   *
   * @param directory data directory of the service
   * @param port HTTP port of the service, so that commands find the token by its address
   * @throws StartFailedException if the file cannot be written
   */
  public static String create(Path directory, int port) throws StartFailedException {
    Path file = directory.resolve(file(port));
    String token = RandomToken.create();
    try {
      Files.deleteIfExists(file);
      if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
        Files.createFile(file, OWNER_ONLY);
      }
      Files.writeString(file, token + "\n");
    } catch (IOException e) {
      throw new StartFailedException(
          "the token for commands on this machine cannot be written: %s; make the data directory writable"
              .formatted(e),
          e);
    }
    return token;
  }
}
