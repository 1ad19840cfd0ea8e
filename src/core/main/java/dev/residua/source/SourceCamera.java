package dev.residua.source;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The camera that a source's frames are read from.
 *
 * @param address without user and password
 * @param credentials name of the file with user and password; null for a camera without
 */
public record SourceCamera(CameraAddress address, @Nullable String credentials) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
  private static final Pattern TEXT = Pattern.compile("(\\S+)(?:\\s+credentials=(\\S+))?");

  public SourceCamera {
    if (credentials != null && !NAME.matcher(credentials).matches()) {
      throw new IllegalArgumentException(
          "camera: the credentials must be the name of a file, of 1 to 100 letters, digits, dots, hyphens or underscores");
    }
  }

  /**
   * Parses {@code ADDRESS} or {@code ADDRESS credentials=NAME}.
   *
   * @throws IllegalArgumentException with the reason, if it is neither
   */
  public static SourceCamera parse(String text) {
    Matcher parts = TEXT.matcher(text.strip());
    if (!parts.matches()) {
      throw new IllegalArgumentException(
          "camera must be an address, such as rtsp://10.0.0.7/live, or an address and credentials=NAME");
    }
    return new SourceCamera(
        CameraAddress.parse(parts.group(1)), Optional.ofNullable(parts.group(2)).orElse(null));
  }

  /** The text that {@link #parse} reads. */
  public String text() {
    return credentials == null
        ? address.uri().toString()
        : address.uri() + " credentials=" + credentials;
  }
}
