package dev.residua.scoring;

import java.time.Duration;

/**
 * Settings of the memory of frames of sources.
 *
 * @param clockTolerance how far ahead of its record a capture time may be, at least 0
 * @param maxSources most sources that one scoring thread remembers, at least 1; a source beyond is
 *     refused
 * @param idle time without a frame after which a source may be forgotten if room is needed; above 0
 */
public record TimelineSettings(Duration clockTolerance, int maxSources, Duration idle) {
  /** Five minutes, 20,000 sources, a week. */
  public static final TimelineSettings DEFAULTS =
      new TimelineSettings(Duration.ofMinutes(5), 20_000, Duration.ofDays(7));

  public TimelineSettings {
    if (clockTolerance.isNegative()) {
      throw new IllegalArgumentException(
          "residua.frames.clock-tolerance must be at least 0 but was " + clockTolerance);
    }
    if (maxSources < 1) {
      throw new IllegalArgumentException(
          "residua.sources.max must be at least 1 but was " + maxSources);
    }
    if (idle.isNegative() || idle.isZero()) {
      throw new IllegalArgumentException(
          "residua.sources.forget-after must be above 0 but was " + idle);
    }
  }
}
