package dev.residua.app.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Supplier;

/** Meters of the rules of sources. */
public final class SourceRuleMetrics {
  private SourceRuleMetrics() {}

  /** Reports records that this process cannot use. */
  public static void ignored(MeterRegistry meters, Supplier<Number> count) {
    Meters.gauge(
        meters,
        "residua.source.rules.ignored",
        "Records of the rules of sources that this process cannot use and ignores",
        count);
  }
}
