package dev.residua.access;

import java.time.Duration;
import java.time.Instant;

/**
 * Bounds how many denied requests are recorded, so that nobody can fill the audit log: {@value
 * #MAX_PER_PERIOD} per minute. The others are counted. Not for several threads.
 */
public final class DeniedLimit {
  /** Most denied requests that are recorded in a minute. */
  public static final int MAX_PER_PERIOD = 10;

  private static final Duration PERIOD = Duration.ofMinutes(1);

  private Instant start = Instant.MIN;
  private int recorded;
  private long left;

  /**
   * Asks whether a denied request is recorded.
   *
   * @param now time of the request
   * @return how many were left out since the last one that was recorded; -1 if this one is left out
   */
  public long admit(Instant now) {
    if (now.isBefore(start) || !now.isBefore(end())) {
      start = now;
      recorded = 0;
    }
    if (recorded == MAX_PER_PERIOD) {
      left++;
      return -1;
    }
    recorded++;
    long before = left;
    left = 0;
    return before;
  }

  private Instant end() {
    return start.equals(Instant.MIN) ? start : start.plus(PERIOD);
  }
}
