package dev.residua.app.config;

import io.smallrye.config.WithDefault;

/** Metrics at {@code /q/metrics}. */
public interface MetricsConfig {
  /**
   * Sources that have a label of their own in metrics, the first that a process sees, at least 0;
   * the others share the label {@code _other}. About 9 series each.
   */
  @WithDefault("100")
  int sources();
}
