package dev.residua.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what another thread or process does. */
public final class Await {
  private Await() {}

  /**
   * Returns once the condition holds.
   *
   * @param what the condition in words
   * @throws AssertionError if it does not hold within {@code limit}
   */
  public static void until(Duration limit, String what, Callable<Boolean> condition)
      throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("waited %s but not: %s".formatted(limit, what));
      }
      Thread.sleep(50);
    }
  }
}
