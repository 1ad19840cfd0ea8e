package dev.residua.bench;

import java.util.concurrent.TimeUnit;

/** Ends the processes that a benchmark has started. */
final class Processes {
  private Processes() {}

  /** Stops a process, and kills it if it has not ended in time. */
  static void stop(Process process, long seconds) {
    process.destroy();
    try {
      if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
