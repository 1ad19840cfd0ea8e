package dev.residua.frame;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;

/**
 * The times that records may carry: those whose nanoseconds since 1970 fit in 64 bits, to the year.
 * Differences of two of them do as well, so that no sum of durations overflows.
 */
public final class ValidTimeRange {
  /** The first time beyond. */
  public static final Instant END = Instant.parse("2262-01-01T00:00:00Z");

  private ValidTimeRange() {}

  /** Returns true if a time is from 1970 to 2261. */
  public static boolean contain(Instant time) {
    return !time.isBefore(Instant.EPOCH) && time.isBefore(END);
  }

  /**
   * Parses a time in ISO 8601 with an offset.
   *
   * @param name of the value, for the message
   * @throws IllegalArgumentException with that name, if the text is invalid or the time is not from
   *     1970 to the end of 2261
   */
  public static Instant parse(String name, String text) {
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      if (time.isBefore(Instant.EPOCH) || time.isAfter(END)) {
        throw new IllegalArgumentException(
            "%s must be a time from 1970 to 2262-01-01 but was '%s'".formatted(name, text));
      }
      return time;
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "%s must be a time such as 2026-05-01T10:00:00Z but was '%s'".formatted(name, text), e);
    }
  }
}
