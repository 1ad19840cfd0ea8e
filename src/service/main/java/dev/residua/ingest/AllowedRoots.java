package dev.residua.ingest;

import dev.residua.source.CameraAddress;
import dev.residua.source.DefaultPort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Allowed addresses of cameras: an address must have the scheme, host and port of a root, and a
 * path whose first segments are those of the root's. Paths of files are compared after links are
 * followed.
 *
 * @param roots without query
 */
public record AllowedRoots(List<CameraAddress> roots) {
  /** Name of the setting, for messages. */
  public static final String SETTING = "residua.ingest.allowed-roots";

  public AllowedRoots {
    for (CameraAddress root : roots) {
      if (root.uri().getRawQuery() != null) {
        throw new IllegalArgumentException(
            "%s has '%s'; expected an address without a query".formatted(SETTING, root));
      }
    }
    roots = List.copyOf(roots);
  }

  /**
   * Roots as an operator lists them.
   *
   * @throws IllegalArgumentException with the reason, if one is not an address
   */
  public static AllowedRoots parse(List<String> texts) {
    try {
      return new AllowedRoots(texts.stream().map(CameraAddress::parse).toList());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(SETTING + ": " + e.getMessage(), e);
    }
  }

  /** Only one address, and those below it. */
  public static AllowedRoots only(CameraAddress address) {
    URI uri = address.uri();
    String text = uri.toString();
    int query = text.indexOf('?');
    return new AllowedRoots(
        List.of(CameraAddress.parse(query < 0 ? text : text.substring(0, query))));
  }

  /**
   * Checks an address.
   *
   * @throws IOException if it is not under a root, or its file cannot be found
   */
  public void check(CameraAddress address) throws IOException {
    if (!permits(address)) {
      throw new IOException(
          "the camera address '%s' is under none of the allowed roots; an operator can add one to %s"
              .formatted(address, SETTING));
    }
  }

  private boolean permits(CameraAddress address) throws IOException {
    for (CameraAddress root : roots) {
      if (!scheme(root).equals(scheme(address))) {
        continue;
      }
      boolean under =
          scheme(root).equals("file")
              ? real(address).startsWith(real(root))
              : root.uri().getHost().equalsIgnoreCase(address.uri().getHost())
                  && DefaultPort.of(root.uri()) == DefaultPort.of(address.uri())
                  && segmentsBelow(root.uri().getRawPath(), address.uri().getRawPath());
      if (under) {
        return true;
      }
    }
    return false;
  }

  private static boolean segmentsBelow(String root, String path) {
    String folder = root.endsWith("/") ? root : root + "/";
    return (path.endsWith("/") ? path : path + "/").startsWith(folder);
  }

  private static Path real(CameraAddress address) throws IOException {
    try {
      return address.path().toRealPath();
    } catch (IOException e) {
      throw new IOException("there is no file, folder or device %s".formatted(address.path()), e);
    }
  }

  private static String scheme(CameraAddress address) {
    return address.uri().getScheme().toLowerCase(Locale.ROOT);
  }
}
