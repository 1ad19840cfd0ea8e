package dev.residua.alerting;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.util.function.LongSupplier;

/**
 * A clock that starts with the wall-clock time and then only runs forward. If the clock of the
 * machine is set back, pauses and limits that are measured with it would last until it catches up;
 * if it is set ahead, notifications would be given up too early.
 */
public final class SteadyClock extends Clock {
  private final Clock wall;
  private final Instant start;
  private final LongSupplier nanos;
  private final long startNanos;

  /**
   * Starts now.
   *
   * @param wall asked once
   * @param nanos elapsed time, such as {@code System::nanoTime}
   */
  public SteadyClock(Clock wall, LongSupplier nanos) {
    this.wall = wall;
    this.start = wall.instant();
    this.nanos = nanos;
    this.startNanos = nanos.getAsLong();
  }

  @Override
  public ZoneId getZone() {
    return wall.getZone();
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return new SteadyClock(wall.withZone(zone), nanos);
  }

  @Override
  public Instant instant() {
    return start.plusNanos(nanos.getAsLong() - startNanos);
  }
}
