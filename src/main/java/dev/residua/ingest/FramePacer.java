package dev.residua.ingest;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Chooses the pictures of a stream that are sent, at most a number per second. For one thread. */
public final class FramePacer {
  /** A picture this part of an interval early is taken, since cameras are not exact. */
  private static final double EARLY = 0.1;

  private final @Nullable Duration interval;
  private final Duration tolerance;
  private @Nullable Instant next;

  private FramePacer(@Nullable Duration interval) {
    this.interval = interval;
    this.tolerance =
        interval == null ? Duration.ZERO : Duration.ofNanos((long) (interval.toNanos() * EARLY));
  }

  /**
   * At most so many pictures per second.
   *
   * @param framesPerSecond above 0
   */
  public static FramePacer atMost(double framesPerSecond) {
    return new FramePacer(Duration.ofNanos((long) (1e9 / framesPerSecond)));
  }

  /** Every picture. */
  public static FramePacer everyFrame() {
    return new FramePacer(null);
  }

  /** Whether the picture of this time is sent; over time, the rate is never exceeded. */
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
