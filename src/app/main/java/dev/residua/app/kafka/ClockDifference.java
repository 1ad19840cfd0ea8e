package dev.residua.app.kafka;

import java.time.Duration;

/**
 * Bounds of how far another clock is ahead of the one here; below zero if it is behind.
 *
 * @param least lower bound
 * @param most upper bound, at least {@code least}
 */
public record ClockDifference(Duration least, Duration most) {
  public ClockDifference {
    if (most.compareTo(least) < 0) {
      throw new IllegalArgumentException(
          "a clock is ahead by at least %s and at most %s".formatted(least, most));
    }
  }

  /** The least absolute difference that the bounds allow; zero if they include zero. */
  public Duration certain() {
    if (least.compareTo(Duration.ZERO) > 0) {
      return least;
    }
    return most.isNegative() ? most.negated() : Duration.ZERO;
  }
}
