package dev.residua.app.config;

import io.smallrye.config.WithDefault;
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
   * Public Ed25519 keys, PEM files separated by commas: this process uses only bundles that one of
   * them has signed. Without any it uses every bundle, signed or not.
   */
  Optional<List<Path>> trustedKeys();

  /** Newest models that a clean-up keeps although nothing needs them, at least 0. */
  @WithDefault("10")
  int keep();
}
