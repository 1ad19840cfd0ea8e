package dev.residua.app.kafka;

import dev.residua.registry.RegistryClients;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.wire.RootCause;
import dev.residua.wire.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the rules of sources on a thread of its own. */
public final class SourceRulesFollower implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SourceRulesFollower.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final RegistryClients clients;
  private final Topic<String, SourceRule> topic;
  private final Consumer<byte[], byte[]> consumer;
  private final SourceRulesLog log;
  private final Runnable heartbeat;
  private final Thread thread;
  private final Object read = new Object();
  private volatile SourceRules rules = SourceRules.EMPTY;
  private volatile long position;
  private volatile long ignored;
  private volatile boolean stopped;

  /**
   * Starts to follow; {@link #refreshed} waits until everything is read.
   *
   * @param heartbeat called after every step
   */
  public SourceRulesFollower(
      RegistryClients clients, Topic<String, SourceRule> topic, Runnable heartbeat) {
    this.clients = clients;
    this.topic = topic;
    this.heartbeat = heartbeat;
    this.consumer = clients.consumers().apply(IsolationLevel.READ_COMMITTED);
    this.log = new SourceRulesLog(topic, consumer, this::ignore);
    this.thread = new Thread(this::follow, "residua-sources");
    thread.setDaemon(true);
    thread.start();
  }

  private void ignore(String problem) {
    ignored++;
    LOG.warn("ignoring a rule of sources: reason={}", problem);
  }

  private void follow() {
    try (consumer) {
      while (!stopped) {
        heartbeat.run();
        try {
          if (log.poll(POLL)) {
            rules = log.rules();
          }
          synchronized (read) {
            position = log.position();
            read.notifyAll();
          }
        } catch (WakeupException e) {
          // the end
        } catch (KafkaException e) {
          LOG.warn("cannot read the rules of sources, retrying: reason={}", RootCause.message(e));
          LockSupport.parkNanos(PAUSE.toNanos());
        }
      }
    }
  }

  /** The rules as read so far. */
  public SourceRules rules() {
    return rules;
  }

  /** Records that are no rule and were ignored. */
  public long ignored() {
    return ignored;
  }

  /**
   * The rules after everything that is committed now is read.
   *
   * @throws IOException if the brokers do not answer
   */
  public SourceRules refreshed() throws IOException {
    long end;
    try (Consumer<byte[], byte[]> any = clients.consumers().apply(IsolationLevel.READ_COMMITTED)) {
      end = SourceRulesLog.end(any, topic);
    } catch (KafkaException e) {
      throw new IOException(
          "the rules of sources (%s) do not answer: %s"
              .formatted(topic.name(), RootCause.message(e)),
          e);
    }
    long deadline = System.nanoTime() + LIMIT.toNanos();
    try {
      synchronized (read) {
        while (position < end) {
          long left = (deadline - System.nanoTime()) / 1_000_000;
          if (left <= 0) {
            throw new IOException(
                "the rules of sources (%s) could not be read to offset %d within %s; check that the brokers run"
                    .formatted(topic.name(), end, LIMIT));
          }
          read.wait(left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the rules of sources were read", e);
    }
    return rules;
  }

  @Override
  public void close() throws InterruptedException {
    stopped = true;
    consumer.wakeup();
    thread.join(5_000);
  }
}
