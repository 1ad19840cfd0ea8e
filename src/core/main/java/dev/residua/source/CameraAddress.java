package dev.residua.source;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Source of a camera's pictures: an {@code rtsp}, {@code rtsps}, {@code srt}, {@code http} or
 * {@code https} address, a topic of a broker as {@code mqtt} or {@code mqtts} address, or a {@code
 * file} address of a video, a folder or a device such as {@code /dev/video0}.
 *
 * <p>It never holds a user or a password: those are in a file of credentials.
 *
 * @param uri absolute, with a host or a path, without user, fragment, dots or escaped slashes
 */
public record CameraAddress(URI uri) {
  /** Longest address, in characters. */
  public static final int MAX_CHARACTERS = 1_000;

  private static final String EXPECTED =
      "expected rtsp://host/path, rtsps://name/path, srt://host:port, http://host/path, https://host/path, mqtt://host/topic, mqtts://host/topic, /dev/video0, or the path of a video or a folder";
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:.*");
  private static final Pattern DEVICE = Pattern.compile("/dev/video\\d{1,4}");
  private static final Pattern TOPIC = Pattern.compile("/[^+]+"); // no wildcard
  private static final Pattern STREAM = Pattern.compile("streamid=[^&]*");

  /** Also numbers in base 16, as the C library reads them. */
  private static final Pattern NUMERIC = Pattern.compile("\\[.*|(.*\\.)?[0-9][^.]*\\.?");

  private static final Pattern ESCAPES = Pattern.compile("(?i).*%(2e|2f|5c|00|0a|0d).*");

  /** Protocol of an address. */
  public enum Kind {
    /** A camera that is asked with RTSP. */
    RTSP,
    /** A camera or an encoder that waits for a call with SRT. */
    SRT,
    /** A stream or a picture of a web server. */
    HTTP,
    /** A topic of a broker. */
    MQTT,
    /** A video device of this machine. */
    DEVICE,
    /** A video file, or a folder of pictures. */
    FILE
  }

  public CameraAddress {
    String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
    String path = uri.getRawPath() == null ? "" : uri.getRawPath();
    boolean known =
        switch (scheme) {
          case "file" -> uri.getHost() == null && path.startsWith("/") && uri.getQuery() == null;
          case "rtsp", "rtsps", "http", "https" -> uri.getHost() != null;
          case "srt" -> isSrt(uri, path);
          case "mqtt", "mqtts" -> uri.getHost() != null && TOPIC.matcher(path).matches();
          default -> false;
        };
    if (uri.getRawAuthority() != null && uri.getRawAuthority().contains("@")) {
      throw new IllegalArgumentException(
          "the camera address '%s' has a user or password; put them into a file with the lines user: and password:"
              .formatted(redacted(uri.toString())));
    }
    if (scheme.equals("rtsps") && known && NUMERIC.matcher(uri.getHost()).matches()) {
      throw new IllegalArgumentException(
          "the camera address '%s' has a number for a host; give its name, since FFmpeg compares only names with certificates"
              .formatted(redacted(uri.toString())));
    }
    if (!known
        || uri.getRawFragment() != null
        || ESCAPES.matcher(path).matches()
        || !path.equals(uri.normalize().getRawPath())) {
      throw invalid(uri.toString(), EXPECTED + ", without fragment, dots or escaped slashes");
    }
  }

  /** FFmpeg takes further settings from the query, such as a passphrase. */
  private static boolean isSrt(URI uri, String path) {
    String query = uri.getRawQuery();
    return uri.getHost() != null
        && uri.getPort() > 0
        && (path.isEmpty() || path.equals("/"))
        && (query == null || STREAM.matcher(query).matches());
  }

  /**
   * Parses an address, or a path of this machine.
   *
   * @throws IllegalArgumentException with the reason, if it is none
   */
  public static CameraAddress parse(String text) {
    if (text.isBlank() || text.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(
          "the camera address has %d characters; %s of at most %d characters"
              .formatted(text.length(), EXPECTED, MAX_CHARACTERS));
    }
    if (text.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("a camera address must not contain control characters");
    }
    try {
      if (SCHEME.matcher(text).matches()) {
        return new CameraAddress(new URI(text));
      }
      // Not toUri: the same path is always the same address, whether a folder is there or not.
      String path = Path.of(text).toAbsolutePath().normalize().toString();
      return new CameraAddress(new URI("file", null, path, null));
    } catch (URISyntaxException | InvalidPathException e) {
      // Without the cause, whose message has the whole text.
      throw invalid(text, EXPECTED);
    }
  }

  private static IllegalArgumentException invalid(String text, String expected) {
    return new IllegalArgumentException(
        "the camera address '%s' cannot be used; %s".formatted(redacted(text), expected));
  }

  /** A text without a possible user, password or query. */
  private static String redacted(String text) {
    int slashes = text.indexOf("//");
    int at = text.lastIndexOf('@');
    String plain =
        slashes >= 0 && at > slashes
            ? text.substring(0, slashes + 2) + text.substring(at + 1)
            : text;
    int query = plain.indexOf('?');
    return query < 0 ? plain : plain.substring(0, query) + "?...";
  }

  /** Protocol of the address. */
  public Kind kind() {
    return switch (uri.getScheme().toLowerCase(Locale.ROOT)) {
      case "rtsp", "rtsps" -> Kind.RTSP;
      case "srt" -> Kind.SRT;
      case "mqtt", "mqtts" -> Kind.MQTT;
      case "file" -> DEVICE.matcher(uri.getPath()).matches() ? Kind.DEVICE : Kind.FILE;
      default -> Kind.HTTP;
    };
  }

  /** The path of a video, folder or device. */
  public Path path() {
    return Path.of(uri.getPath());
  }

  /** For messages: without the query, which may hold a secret. */
  @Override
  public String toString() {
    return redacted(uri.toString());
  }
}
