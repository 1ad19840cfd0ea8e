package dev.residua.renewal.trigger;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Moments at which a model is trained anew whatever happens.
 *
 * @param text how a person wrote it, such as {@code 0 3 * * 1}
 * @param after the first moment after a given one; empty where there is none any more
 */
public record Schedule(String text, Function<Instant, Optional<Instant>> after) {
  public Schedule {
    if (text.isBlank()) {
      throw new IllegalArgumentException("a schedule must say in words what it is but was blank");
    }
  }

  /** The first moment after {@code time}. */
  public Optional<Instant> next(Instant time) {
    return after.apply(time);
  }
}
