package dev.residua.app.process;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Ends the process when the wall clock is set back. Timers of Kafka's clients follow that clock, so
 * they would stand still until it has caught up; a new process starts with the new time.
 */
public final class ClockWatch implements AutoCloseable {
  /** Steps back up to this are waited for. */
  public static final Duration LIMIT = Duration.ofMinutes(1);

  private static final long PAUSE_MILLIS = 1_000;

  private final LongSupplier wallMillis;
  private final LongSupplier nanoTime;
  private final Consumer<? super RoleEndedException> onStep;
  private final Thread thread = new Thread(this::run, "residua-clock");

  /** Difference of the two clocks at the last look, in milliseconds. */
  private long last;

  ClockWatch(
      LongSupplier wallMillis, LongSupplier nanoTime, Consumer<? super RoleEndedException> onStep) {
    this.wallMillis = wallMillis;
    this.nanoTime = nanoTime;
    this.onStep = onStep;
    this.last = difference();
  }

  /**
   * Starts to watch.
   *
   * @param onStep receives the reason once the clock was set back
   */
  public static ClockWatch start(Consumer<? super RoleEndedException> onStep) {
    ClockWatch watch = new ClockWatch(System::currentTimeMillis, System::nanoTime, onStep);
    watch.thread.setDaemon(true);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (!look()) {
        Thread.sleep(PAUSE_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Compares the clocks; returns whether the wall clock was set back too far. */
  boolean look() {
    long now = difference();
    long back = last - now;
    last = now;
    if (back <= LIMIT.toMillis()) {
      return false;
    }
    onStep.accept(
        new RoleEndedException(
            "the clock of this machine was set back by %s, and timers of Kafka's clients would wait for as long; start again, nothing is lost"
                .formatted(Duration.ofSeconds(Math.round(back / 1_000.0))),
            null));
    return true;
  }

  private long difference() {
    return wallMillis.getAsLong() - nanoTime.getAsLong() / 1_000_000;
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
