package dev.residua.wire;

import java.time.Duration;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Counter of events of one kind of which one per minute is logged, however many there are.
 * Thread-safe.
 */
public final class LogLimit {
  /** Shortest time between two lines of one kind. */
  public static final Duration PERIOD = Duration.ofMinutes(1);

  private final LongSupplier nanoTime;
  private long count;
  private boolean logged;
  private long loggedNanos;

  public LogLimit() {
    this(System::nanoTime);
  }

  /**
   * @param nanoTime a clock such as {@link System#nanoTime}
   */
  public LogLimit(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /**
   * Counts an event, and logs it if a line is due.
   *
   * @param line receives the number of events since the last line, this one included
   */
  public void log(LongConsumer line) {
    long now = nanoTime.getAsLong();
    long events;
    synchronized (this) {
      count++;
      if (logged && now - loggedNanos < PERIOD.toNanos()) {
        return;
      }
      logged = true;
      loggedNanos = now;
      events = count;
      count = 0;
    }
    line.accept(events);
  }
}
