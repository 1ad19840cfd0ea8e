package dev.residua.app.roles;

import dev.residua.app.process.RoleEndedException;
import dev.residua.streams.MonitorFailure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a failed thread of the monitor if that can help, a limited number of times, and has
 * damaged state repaired; otherwise ends the process with one message.
 */
final class MonitorThreads implements StreamsUncaughtExceptionHandler {
  /**
   * With more replacements within {@link #WINDOW} the process ends, so that its supervisor acts.
   */
  static final int MAX_REPLACEMENTS = 5;

  static final Duration WINDOW = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(MonitorThreads.class);

  private final String application;
  private final List<String> written;
  private final LongSupplier nanoTime;
  private final Runnable pause;
  private final Consumer<Throwable> onDamage;
  private final Consumer<Throwable> onFailure;
  private final Deque<Long> replacements = new ArrayDeque<>();

  /**
   * @param application name of the Kafka Streams application
   * @param written names of the topics that it writes, its changelogs aside
   * @param nanoTime a clock such as {@link System#nanoTime}
   * @param pause waits for a missing topic
   * @param onDamage receives the reason when the local state is damaged; Kafka Streams shuts down
   * @param onFailure receives the reason when the process has to end
   */
  MonitorThreads(
      String application,
      List<String> written,
      LongSupplier nanoTime,
      Runnable pause,
      Consumer<Throwable> onDamage,
      Consumer<Throwable> onFailure) {
    this.application = application;
    this.written = List.copyOf(written);
    this.nanoTime = nanoTime;
    this.pause = pause;
    this.onDamage = onDamage;
    this.onFailure = onFailure;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable failure) {
    if (StateRepair.isDamage(failure)) {
      onDamage.accept(failure);
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    MonitorFailure what = MonitorFailure.of(failure, application, written);
    boolean later = what instanceof MonitorFailure.ReplaceLater;
    if ((later || what instanceof MonitorFailure.Replace) && mayReplace()) {
      LOG.warn("{}", what.message());
      if (later) {
        pause.run();
      }
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    onFailure.accept(
        what instanceof MonitorFailure.Unknown
            ? failure
            : new RoleEndedException(what.message(), failure));
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  private boolean mayReplace() {
    long now = nanoTime.getAsLong();
    while (!replacements.isEmpty() && now - replacements.peekFirst() > WINDOW.toNanos()) {
      replacements.removeFirst();
    }
    replacements.addLast(now);
    return replacements.size() <= MAX_REPLACEMENTS;
  }
}
