package dev.residua.scoring;

import dev.residua.s3.S3Access;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Places of frames that are too large for Kafka.
 *
 * @param roots {@code file:} folders, {@code http(s):} addresses and buckets, {@code s3:}, that end
 *     with a slash; a reference must lie under one of them. None: references are refused
 * @param maxBytes largest referenced file, in bytes, at least 1
 * @param timeout to fetch one, all attempts together, above 0
 * @param share of its time that a thread which scores waits for the pictures of one root, above 0
 *     and at most 1
 * @param s3 access to the buckets
 */
public record ReferenceSettings(
    List<URI> roots, int maxBytes, Duration timeout, double share, S3Access s3) {
  /** No references. */
  public static final ReferenceSettings NONE =
      new ReferenceSettings(List.of(), 64 << 20, Duration.ofSeconds(5), .1, S3Access.AWS);

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
    if (roots.stream().anyMatch(ReferenceSettings::isBucket)) {
      s3.requireRegion();
    }
  }

  /** Returns true if an address is of an object. */
  static boolean isBucket(URI address) {
    return "s3".equalsIgnoreCase(address.getScheme());
  }

  private static URI root(URI root) {
    String scheme = root.getScheme() == null ? "" : root.getScheme().toLowerCase(Locale.ROOT);
    boolean known =
        switch (scheme) {
          case "file" -> root.getPath() != null && root.getPath().startsWith("/");
          case "http", "https", "s3" -> root.getHost() != null;
          default -> false;
        };
    if (!known
        || !root.getPath().endsWith("/")
        || root.getQuery() != null
        || root.getFragment() != null
        || root.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "residua.frames.reference-roots has '%s'; expected file:///folder/, http(s)://host/path/ or s3://bucket/prefix/, with a slash at the end and no user, query or fragment"
              .formatted(root));
    }
    return root.normalize();
  }
}
