package dev.residua.streams;

import java.time.Duration;

/**
 * Bounds of the sources that a monitor watches.
 *
 * @param live sources of a partition whose derived values are held ready in memory, about 0.6 MB
 *     each at four latents, at least 0; those of others are recomputed from their state
 * @param silentAfter time without a frame after which a source is silent, above 0
 * @param forgetAfter time without a frame after which a source is forgotten, longer than {@code
 *     silentAfter}
 * @param stateInterval capture time after which the state of a source is published again although
 *     nothing has changed, at least a millisecond
 */
public record SourceLimits(
    int live, Duration silentAfter, Duration forgetAfter, Duration stateInterval) {
  /**
   * 256 live sources, silent after five minutes, forgotten after a week, with a state every ten
   * seconds.
   */
  public static final SourceLimits DEFAULTS =
      new SourceLimits(256, Duration.ofMinutes(5), Duration.ofDays(7), Duration.ofSeconds(10));

  public SourceLimits {
    if (live < 0) {
      throw new IllegalArgumentException(
          "residua.monitor.live-sources must be at least 0 but was " + live);
    }
    if (silentAfter.isNegative() || silentAfter.isZero()) {
      throw new IllegalArgumentException(
          "residua.sources.silent-after must be above 0 but was " + silentAfter);
    }
    if (forgetAfter.compareTo(silentAfter) <= 0) {
      throw new IllegalArgumentException(
          "residua.sources.forget-after must be longer than silent-after (%s) but was %s"
              .formatted(silentAfter, forgetAfter));
    }
    if (stateInterval.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "residua.monitor.state-interval must be at least 1 ms but was " + stateInterval);
    }
  }

  /** Returns a copy with another number of live sources. */
  public SourceLimits withLive(int sources) {
    return new SourceLimits(sources, silentAfter, forgetAfter, stateInterval);
  }
}
