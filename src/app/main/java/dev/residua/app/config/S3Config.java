package dev.residua.app.config;

import dev.residua.s3.S3Access;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/** Access to the buckets of bundles and of frames by reference. */
public interface S3Config {
  /**
   * Server with the S3 protocol, such as {@code http://minio:9000}; AWS by default. Credentials
   * come from the places that all AWS tools use.
   */
  Optional<URI> endpoint();

  /** Region of the buckets; by default that of the environment. */
  Optional<String> region();

  /** Write the bucket in the path, as most servers other than AWS require. */
  @WithDefault("false")
  boolean pathStyle();

  /**
   * These settings.
   *
   * @throws IllegalArgumentException if one is wrong, with its name
   */
  default S3Access access() {
    try {
      return new S3Access(endpoint(), region(), pathStyle());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("residua.s3: " + e.getMessage(), e);
    }
  }
}
