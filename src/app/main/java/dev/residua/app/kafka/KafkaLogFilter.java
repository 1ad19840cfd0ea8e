package dev.residua.app.kafka;

import io.quarkus.logging.LoggingFilter;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Keeps the log readable while a broker is unavailable: every client reports every second that it
 * does not answer, and one such line per half minute is enough. Stack traces of Kafka's warnings
 * are dropped, as they only show its own code. Errors that a consumer's coordinator and Kafka
 * Streams' managers of state and tasks log are thrown as well; the role reports them once, with the
 * remedy.
 */
@LoggingFilter(name = "kafka-noise")
public final class KafkaLogFilter implements Filter {
  static final Duration EVERY = Duration.ofSeconds(30);

  private static final String NETWORK = "org.apache.kafka.clients.NetworkClient";

  /** Their errors reach the thread that uses the client, which reports them. */
  private static final Set<String> THROWN_AS_WELL =
      Set.of(
          "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator",
          "org.apache.kafka.streams.processor.internals.ProcessorStateManager",
          "org.apache.kafka.streams.processor.internals.TaskManager");

  private final LongSupplier nanoTime;
  private final AtomicLong next;

  public KafkaLogFilter() {
    this(System::nanoTime);
  }

  KafkaLogFilter(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.next = new AtomicLong(nanoTime.getAsLong());
  }

  @Override
  public boolean isLoggable(LogRecord record) {
    String logger = record.getLoggerName();
    if (logger == null || !logger.startsWith("org.apache.kafka.")) {
      return true;
    }
    if (record.getLevel().intValue() > Level.WARNING.intValue()) {
      return !THROWN_AS_WELL.contains(logger);
    }
    record.setThrown(null);
    if (!logger.equals(NETWORK)) {
      return true;
    }
    if (contains(record, "that has already been closed")) {
      return false; // an embedded broker that ends soon after its start closes a client twice
    }
    long now = nanoTime.getAsLong();
    long due = next.get();
    return now - due >= 0 && next.compareAndSet(due, now + EVERY.toNanos());
  }

  private static boolean contains(LogRecord record, String part) {
    String message = record.getMessage();
    return message != null && message.contains(part);
  }
}
