package dev.residua.access;

import java.time.Duration;
import java.time.Instant;

/**
 * Bounds how many denied requests are recorded, so that nobody can fill the audit log. The others
 * are counted. Not for several threads.
 */
public final class DeniedLimit {
  /** Requests of people who are known, recorded in a minute. */
  public static final int OF_PEOPLE = 10;

  /** Requests of strangers, recorded in a minute. */
  public static final int OF_STRANGERS = 1;

  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final int most;
  private Instant start = Instant.MIN;
  private int recorded;
  private long left;

  /**
   * @param most recorded in a minute, at least 1
   */
  public DeniedLimit(int most) {
    this.most = most;
  }

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
    if (recorded == most) {
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
