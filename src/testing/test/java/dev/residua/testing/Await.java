package dev.residua.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for another thread or process. */
public final class Await {
  private Await() {}

  /**
   * Returns once the condition holds.
   *
   * @param limit on an idle machine; see {@link Waits}
   * @param what the condition in words
   * @throws AssertionError if it is not true within the limit
   */
  public static void until(Duration limit, String what, Callable<Boolean> condition)
      throws Exception {
    Duration scaled = Waits.limit(limit);
    long end = System.nanoTime() + scaled.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited %s but not: %s".formatted(scaled, what));
      }
      Thread.sleep(50);
    }
  }
}
