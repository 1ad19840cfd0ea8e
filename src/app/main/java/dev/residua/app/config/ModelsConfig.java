package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Storage of bundles, and signatures that they need. */
public interface ModelsConfig {
  /**
   * Place of the bundles that this process publishes: {@code kafka}, {@code file:///folder/} that
   * all processes share, or {@code s3://bucket/prefix}. Bundles are read from the location in the
   * registry.
   */
  @WithDefault("kafka")
  String store();

  /**
   * Server with the S3 protocol, such as {@code http://minio:9000}; AWS by default. Credentials
   * come from the places that all AWS tools use.
   */
  Optional<URI> s3Endpoint();

  /** Region of the buckets; by default that of the environment. */
  Optional<String> s3Region();

  /** Write the bucket in the path, as most servers other than AWS require. */
  @WithDefault("false")
  boolean s3PathStyle();

  /**
   * Public Ed25519 keys, PEM files separated by commas: this process uses only bundles that one of
   * them has signed. Without any it uses every bundle, signed or not.
   */
  Optional<List<Path>> trustedKeys();

  /** Newest models that a clean-up keeps although nothing needs them, at least 0. */
  @WithDefault("10")
  int keep();
}
