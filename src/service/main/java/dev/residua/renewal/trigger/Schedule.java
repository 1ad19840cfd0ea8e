package dev.residua.renewal.trigger;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Fixed moments of retraining.
 *
 * @param text as configured, such as {@code 0 3 * * 1}
 * @param after maps a time to the first moment after it; empty if there is none
 */
public record Schedule(String text, Function<Instant, Optional<Instant>> after) {
  public Schedule {
    if (text.isBlank()) {
      throw new IllegalArgumentException("the text of a schedule must not be blank");
    }
  }

  /** The first moment after {@code time}. */
  public Optional<Instant> next(Instant time) {
    return after.apply(time);
  }
}
