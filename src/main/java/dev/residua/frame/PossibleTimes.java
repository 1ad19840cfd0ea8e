package dev.residua.frame;

import java.time.Instant;

/**
 * The times that records may carry: those whose nanoseconds since 1970 fit in 64 bits, to the year.
 * Differences of two of them do as well, so that no sum of durations overflows.
 */
public final class PossibleTimes {
  /** The first time beyond. */
  public static final Instant END = Instant.parse("2262-01-01T00:00:00Z");

  private PossibleTimes() {}

  /** Whether a time is from 1970 to 2261. */
  public static boolean contain(Instant time) {
    return !time.isBefore(Instant.EPOCH) && time.isBefore(END);
  }
}
