package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/** The schema registry of producers that send a schema's id in place of its fingerprint. */
public interface RegistryConfig {
  /**
   * Base of its Confluent API, such as {@code http://registry:8081}, or {@code
   * http://registry:8080/apis/ccompat/v7} with Apicurio. Without it frames that begin with byte 00
   * are refused.
   */
  Optional<URI> url();

  /** User for basic authentication, if the registry requires it. */
  Optional<String> user();

  /** That user's password. */
  Optional<String> password();

  /** Time for one request to it; while it is unavailable, frames with new ids wait. */
  @WithDefault("PT3S")
  Duration timeout();
}
