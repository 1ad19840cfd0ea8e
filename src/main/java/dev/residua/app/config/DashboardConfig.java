package dev.residua.app.config;

import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The dashboard. */
public interface DashboardConfig {
  /**
   * How far back scores and events are read from Kafka when the dashboard starts, at least 0: at
   * least 2,000 records of a partition, at most 50,000.
   */
  @WithDefault("PT15M")
  Duration history();
}
