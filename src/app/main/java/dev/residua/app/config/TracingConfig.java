package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/** Traces of single frames from the producer to the alert. */
public interface TracingConfig {
  /**
   * Base address of a collector that takes OTLP over HTTP, such as {@code http://collector:4318};
   * without it no traces are created, and those of producers are only forwarded.
   */
  Optional<URI> endpoint();

  /**
   * Share of traced frames among those whose producer started no trace, in [0, 1]; otherwise the
   * producer decides.
   */
  @WithDefault("0.01")
  double ratio();
}
