package dev.residua.ingest;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Chooses the pictures of a stream that are sent, at most a number per second. For one thread. */
public final class FramePacer {
  /** A picture this part of an interval early is taken, since cameras are not exact. */
  private static final double EARLY = 0.1;

  /** Positions in a recording are rounded. */
  private static final Duration ROUNDING = Duration.ofMillis(1);

  private final @Nullable Duration interval;
  private final Duration tolerance;
  private @Nullable Instant next;

  private FramePacer(@Nullable Duration interval, Duration tolerance) {
    this.interval = interval;
    this.tolerance = tolerance;
  }

  private static Duration interval(double framesPerSecond, double share) {
    return Duration.ofNanos((long) (1e9 * share / framesPerSecond));
  }

  /**
   * At most {@code framesPerSecond} pictures per second.
   *
   * @param framesPerSecond above 0
   */
  public static FramePacer atMost(double framesPerSecond) {
    return new FramePacer(interval(framesPerSecond, 1), interval(framesPerSecond, EARLY));
  }

  /** At most {@code framesPerSecond} pictures per second of a recording, none early. */
  public static FramePacer exactly(double framesPerSecond) {
    return new FramePacer(interval(framesPerSecond, 1), ROUNDING);
  }

  /** Every picture. */
  public static FramePacer everyFrame() {
    return new FramePacer(null, Duration.ZERO);
  }

  /** Returns true if the picture of this time is sent; over time, the rate is never exceeded. */
  public boolean takes(Instant time) {
    if (interval == null) {
      return true;
    }
    Instant due = next;
    if (due != null && time.isBefore(due.minus(interval.multipliedBy(2)))) {
      due = null; // the clock was set back
    }
    if (due != null && time.isBefore(due.minus(tolerance))) {
      return false;
    }
    next =
        due == null || time.isAfter(due.plus(interval)) ? time.plus(interval) : due.plus(interval);
    return true;
  }
}
