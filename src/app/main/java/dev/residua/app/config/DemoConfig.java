package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;

/** The simulated camera; the {@code demo} command sets these. */
public interface DemoConfig {
  /** Speed of the camera relative to real time, above 0; no camera runs without it. */
  OptionalDouble speed();

  /** Scenario with the faults and their times; by default the one that ships with the product. */
  Optional<Path> scenario();

  /** Prints a link to the dashboard with the token of {@code residua.http.token} at the start. */
  @WithDefault("false")
  boolean signInLink();
}
