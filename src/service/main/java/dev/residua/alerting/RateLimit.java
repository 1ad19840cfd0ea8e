package dev.residua.alerting;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** At most a number of uses in any minute. For one thread. */
final class RateLimit {
  private static final Duration PERIOD = Duration.ofMinutes(1);

  private final int most;
  private final Deque<Instant> taken = new ArrayDeque<>();

  /**
   * @param most at least 1; {@link Integer#MAX_VALUE} for no limit
   */
  RateLimit(int most) {
    this.most = most;
  }

  int free(Instant now) {
    while (!taken.isEmpty() && !taken.peekFirst().isAfter(now.minus(PERIOD))) {
      taken.removeFirst();
    }
    return most - taken.size();
  }

  void use(Instant now) {
    if (most < Integer.MAX_VALUE) {
      taken.addLast(now);
    }
  }
}
