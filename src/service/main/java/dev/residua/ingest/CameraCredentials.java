package dev.residua.ingest;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** User and password of a camera. Its text shows neither. */
public final class CameraCredentials {
  private static final long MAX_BYTES = 4_096;

  private final String user;
  private final String password;

  CameraCredentials(String user, String password) {
    this.user = user;
    this.password = password;
  }

  /**
   * Reads a file with the lines {@code user: NAME} and {@code password: SECRET}.
   *
   * @throws IOException with a sentence without its content, if it is no such file
   */
  public static CameraCredentials read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "the credentials file %s is not there; write one with the lines user: and password:"
              .formatted(file));
    }
    if (Files.size(file) > MAX_BYTES) {
      throw invalid(file);
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (CharacterCodingException e) {
      throw invalid(file);
    }
    Map<String, String> values = new HashMap<>();
    for (String line : lines) {
      if (!line.isBlank()) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        if (values.put(name, line.substring(colon + 1).strip()) != null) {
          throw invalid(file);
        }
      }
    }
    String user = values.remove("user");
    String password = values.remove("password");
    if (user == null || user.isEmpty() || password == null || !values.isEmpty()) {
      throw invalid(file);
    }
    return new CameraCredentials(user, password);
  }

  private static IOException invalid(Path file) {
    return new IOException(
        "the credentials file %s must have the lines user: and password:, in UTF-8, and nothing else"
            .formatted(file));
  }

  public String user() {
    return user;
  }

  public String password() {
    return password;
  }

  @Override
  public String toString() {
    return "credentials (not shown)";
  }
}
