package dev.residua.app.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.Supplier;

/** Registers described meters; {@code tags} are names and values in turn. */
public final class Meters {
  private Meters() {}

  static Counter counter(MeterRegistry meters, String name, String description, String... tags) {
    return Counter.builder(name).description(description).tags(tags).register(meters);
  }

  /**
   * One counter for each constant of an enum.
   *
   * @return by ordinal
   */
  static Counter[] counters(
      MeterRegistry meters,
      String name,
      String description,
      String tag,
      Enum<?>[] constants,
      String... tags) {
    return Arrays.stream(constants)
        .map(
            constant ->
                Counter.builder(name)
                    .description(description)
                    .tags(tags)
                    .tag(tag, lower(constant))
                    .register(meters))
        .toArray(Counter[]::new);
  }

  /** A gauge that keeps its object alive. */
  public static Gauge gauge(
      MeterRegistry meters,
      String name,
      String description,
      Supplier<Number> value,
      String... tags) {
    return Gauge.builder(name, value).description(description).tags(tags).register(meters);
  }

  /** A constant as a label. */
  public static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** Counters of dead letters by reason; all roles write to one topic. */
  static Counter[] deadLetters(MeterRegistry meters, Enum<?>[] reasons) {
    return counters(
        meters,
        "residua.dlq.records",
        "Records refused as dead letters, by reason",
        "reason",
        reasons);
  }

  /** Records of its partitions that a role of this process has not taken yet. */
  static void consumerLag(MeterRegistry meters, Enum<?> role, Supplier<Number> records) {
    gauge(
        meters,
        "residua.consumer.lag.records",
        "Records of this process's partitions that a role has not taken yet",
        records,
        "role",
        lower(role));
  }
}
