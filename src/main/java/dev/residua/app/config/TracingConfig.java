package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.net.URI;
import java.util.Optional;

/** Traces of single frames from the producer to the alert. */
public interface TracingConfig {
  /**
   * Base address of a collector that takes OTLP over HTTP, such as {@code http://collector:4318};
   * without it no traces are made, and those of producers are only carried on.
   */
  Optional<URI> endpoint();

  /**
   * Share of the frames to follow whose producer began no trace, in [0, 1]; where one did, its own
   * choice holds.
   */
  @WithDefault("0.01")
  double ratio();
}
