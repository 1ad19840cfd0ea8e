package dev.residua.ingest;

import java.io.InterruptedIOException;

/** Short waits of streams. */
public final class Pauses {
  private Pauses() {}

  /**
   * Waits.
   *
   * @throws InterruptedIOException if the thread is interrupted; its flag stays set
   */
  public static void sleep(long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
