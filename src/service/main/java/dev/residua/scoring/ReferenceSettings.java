package dev.residua.scoring;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Places of frames that are too large for Kafka.
 *
 * @param roots {@code file:} folders and {@code http(s):} addresses that end with a slash; a
 *     reference must lie under one of them. None: references are refused
 * @param maxBytes largest referenced file, in bytes, at least 1
 * @param timeout to fetch one, all attempts together, above 0
 * @param share of its time that a thread which scores waits for the pictures of one root, above 0
 *     and at most 1
 */
public record ReferenceSettings(List<URI> roots, int maxBytes, Duration timeout, double share) {
  /** No references. */
  public static final ReferenceSettings NONE =
      new ReferenceSettings(List.of(), 64 << 20, Duration.ofSeconds(5), .1);

  public ReferenceSettings {
    roots = roots.stream().map(ReferenceSettings::root).toList();
    if (maxBytes < 1) {
      throw new IllegalArgumentException(
          "residua.frames.reference-max-bytes must be at least 1 but was " + maxBytes);
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "residua.frames.reference-timeout must be above 0 but was " + timeout);
    }
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "residua.frames.reference-share must be above 0 and at most 1 but was " + share);
    }
  }

  private static URI root(URI root) {
    String scheme = root.getScheme() == null ? "" : root.getScheme().toLowerCase(Locale.ROOT);
    boolean known =
        switch (scheme) {
          case "file" -> root.getPath() != null && root.getPath().startsWith("/");
          case "http", "https" -> root.getHost() != null;
          default -> false;
        };
    if (!known
        || !root.getPath().endsWith("/")
        || root.getQuery() != null
        || root.getFragment() != null
        || root.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "residua.frames.reference-roots has '%s'; expected file:///folder/, http://host/path/ or https://host/path/, with a slash at the end and no user, query or fragment"
              .formatted(root));
    }
    return root.normalize();
  }
}
