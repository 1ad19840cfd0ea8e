package dev.residua.ingest;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Pauses between attempts to connect: they double up to a limit.
 *
 * @param first pause after the first failure, at least 1 ms
 * @param most longest pause, at least {@code first}
 */
public record BackOff(Duration first, Duration most) {
  /** From one second to 30 seconds. */
  public static final BackOff DEFAULT = new BackOff(Duration.ofSeconds(1), Duration.ofSeconds(30));

  private static final int MOST_DOUBLINGS = 30;

  public BackOff {
    if (first.toMillis() < 1 || most.compareTo(first) < 0 || most.toDays() > 1) {
      throw new IllegalArgumentException(
          "pauses must be from at least PT0.001S to at most P1D but were %s to %s"
              .formatted(first, most));
    }
  }

  /**
   * The pause after this number of failures in a row. Its second half is random, so that cameras of
   * one switch do not reconnect at the same moment.
   *
   * @param failures at least 1
   */
  public Duration after(int failures, RandomGenerator random) {
    int doublings = Math.min(MOST_DOUBLINGS, Math.max(0, failures - 1));
    double whole = Math.min(most.toMillis(), first.toMillis() * Math.pow(2, doublings));
    return Duration.ofMillis((long) Math.ceil(whole * (1 + random.nextDouble()) / 2));
  }
}
