package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The dashboard. */
public interface DashboardConfig {
  /**
   * Age of the oldest scores and events that are read from Kafka when the dashboard starts, at
   * least 0; at least 2,000 and at most 50,000 records of each partition.
   */
  @WithDefault("PT15M")
  Duration history();
}
