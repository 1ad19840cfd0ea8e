package dev.residua.topic;

import dev.residua.wire.RootCause;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Daemon thread that polls a consumer until it is closed. Failures do not end the thread. */
public final class PollingThread implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PollingThread.class);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration STOP = Duration.ofSeconds(5);

  private final Consumer<?, ?> consumer;
  private final Runnable step;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * Starts the thread.
   *
   * @param consumer closed at the end
   * @param step polls the consumer once
   */
  public PollingThread(String name, Consumer<?, ?> consumer, Runnable step) {
    this.consumer = consumer;
    this.step = step;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void run() {
    try (consumer) {
      while (!stopped) {
        try {
          step.run();
        } catch (WakeupException e) {
          // another thread waits for a step, or for the end
        } catch (KafkaException e) {
          LOG.warn(
              "follower waits for Kafka: part={} reason={}",
              thread.getName(),
              RootCause.message(e));
          LockSupport.parkNanos(PAUSE.toNanos());
        } catch (RuntimeException e) {
          LOG.error("follower failed; retrying: part={}", thread.getName(), e);
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
  }

  /** Ends a poll in progress. */
  void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    consumer.wakeup();
    thread.join(STOP.toMillis());
  }
}
