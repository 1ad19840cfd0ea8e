package dev.residua.app.process;

import java.time.Duration;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Records when each loop of this process last made progress. A loop that found nothing to do, or
 * whose brokers did not answer in time, made progress; one inside a call that never returns did
 * not. A thread that has ended is forgotten: if its end was unexpected, {@link UncaughtExceptions}
 * ends the process. For any thread.
 */
public final class Heartbeats {
  private final LongSupplier nanoTime;
  private final Duration limit;
  private final Map<Thread, Long> lastNanos = new ConcurrentHashMap<>();
  private final Map<String, Supplier<Duration>> watched = new ConcurrentHashMap<>();

  /**
   * A loop without progress.
   *
   * @param since time without progress
   */
  public record Stuck(String loop, Duration since) {}

  /**
   * @param nanoTime a clock such as {@link System#nanoTime}
   * @param limit time without progress after which a loop counts as stuck, above 0
   */
  public Heartbeats(LongSupplier nanoTime, Duration limit) {
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException("residua.stuck-after must be above 0 but was " + limit);
    }
    this.nanoTime = nanoTime;
    this.limit = limit;
  }

  public Duration limit() {
    return limit;
  }

  /** The loop that runs on the calling thread made progress, or begins. */
  public void beat() {
    lastNanos.put(Thread.currentThread(), nanoTime.getAsLong());
  }

  /** A task on the calling thread is done; until the next {@link #beat} nothing is expected. */
  public void rest() {
    lastNanos.remove(Thread.currentThread());
  }

  /**
   * Watches loops of a library.
   *
   * @param sinceProgress time since the slowest of them made progress
   */
  public void watch(String loops, Supplier<Duration> sinceProgress) {
    watched.put(loops, sinceProgress);
  }

  /** The loop that has been without progress for longest, if that is longer than the limit. */
  public Optional<Stuck> stuck() {
    long now = nanoTime.getAsLong();
    lastNanos.keySet().removeIf(thread -> !thread.isAlive());
    return Stream.concat(
            lastNanos.entrySet().stream()
                .map(
                    last ->
                        new Stuck(
                            last.getKey().getName(), Duration.ofNanos(now - last.getValue()))),
            watched.entrySet().stream()
                .map(loops -> new Stuck(loops.getKey(), loops.getValue().get())))
        .filter(loop -> loop.since().compareTo(limit) > 0)
        .max(Comparator.comparing(Stuck::since));
  }
}
