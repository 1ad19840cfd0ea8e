package dev.residua.alerting;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Pauses between attempts: from one second, twice as long each time, to a minute. */
final class BackOff {
  private static final long FIRST_MILLIS = 1_000;
  private static final long MOST_MILLIS = 60_000;
  private static final int MOST_DOUBLINGS = 10;

  private BackOff() {}

  /**
   * The pause after this number of failures in a row, the last half of it drawn, so that many
   * processes do not retry at once.
   *
   * @param failures at least 1
   */
  static Duration after(int failures, RandomGenerator random) {
    long whole =
        Math.min(MOST_MILLIS, FIRST_MILLIS << Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1)));
    return Duration.ofMillis(whole / 2 + (long) (random.nextDouble() * (whole / 2.0)));
  }
}
