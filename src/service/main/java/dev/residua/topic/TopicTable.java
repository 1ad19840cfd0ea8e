package dev.residua.topic;

import dev.residua.wire.RootCause;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Table of a compacted topic, followed on a thread of its own. For any thread. */
public final class TopicTable<S> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicTable.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration REQUESTED_POLL = Duration.ofMillis(20);
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /**
   * Time to wait for open transactions. A committed one is marked on the topic within a moment; one
   * that stays open belongs to a process that hangs or is foreign.
   */
  public static final Duration OPEN_LIMIT = Duration.ofSeconds(10);

  private final TopicClients clients;
  private final TableTopic<S> topic;
  private final Runnable heartbeat;
  private final TopicLog<S> log;
  private final PollingThread thread;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private final List<Consumer<S>> pauseListeners = new CopyOnWriteArrayList<>();
  private final AtomicLong ignored = new AtomicLong();
  private final AtomicInteger waiting = new AtomicInteger();
  private long position; // guarded by this
  private volatile S state;

  /**
   * Starts to follow; {@link #refreshed} waits until everything is read.
   *
   * @param heartbeat called before every step, on the thread that follows
   */
  public TopicTable(String thread, TopicClients clients, TableTopic<S> topic, Runnable heartbeat) {
    this.clients = clients;
    this.topic = topic;
    this.heartbeat = heartbeat;
    this.log = new TopicLog<>(clients, topic, this::ignore);
    this.state = log.state();
    this.thread = new PollingThread(thread, log.consumer(), this::step);
  }

  /**
   * Reads a table once.
   *
   * @throws IOException if the brokers do not answer in time
   */
  public static <S> S read(TopicClients clients, TableTopic<S> topic) throws IOException {
    try (TopicTable<S> table = new TopicTable<>("residua-table", clients, topic, () -> {})) {
      return table.refreshed();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while %s was read".formatted(topic.noun()), e);
    }
  }

  private void ignore(String reason) {
    ignored.incrementAndGet();
    LOG.warn("record ignored: topic={} reason={}", topic.partition().topic(), reason);
  }

  private void step() {
    heartbeat.run();
    if (log.poll(waiting.get() == 0 ? POLL : REQUESTED_POLL)) {
      state = log.state();
      listeners.forEach(Runnable::run);
    } else {
      pauseListeners.forEach(listener -> listener.accept(state));
    }
    if (waiting.get() > 0) {
      long read = log.position();
      synchronized (this) {
        position = read;
        notifyAll();
      }
    }
  }

  /** The state as read so far; costs nothing. */
  public S state() {
    return state;
  }

  /** Number of records that were skipped because they are damaged or foreign. */
  public long ignored() {
    return ignored.get();
  }

  /**
   * Calls back after every change, on the thread that follows.
   *
   * @return ends it
   */
  public Runnable onChange(Runnable changed) {
    listeners.add(changed);
    return () -> listeners.remove(changed);
  }

  /** Calls back after every poll without a change, on the thread that follows. */
  public void onPause(Consumer<S> listener) {
    pauseListeners.add(listener);
  }

  /**
   * The state after everything that was written before this call. If a transaction stays open, the
   * state before that transaction.
   *
   * @throws IOException if the brokers do not answer in time
   */
  public S refreshed() throws IOException {
    long end;
    long stable;
    try {
      end = clients.end(topic.partition(), IsolationLevel.READ_UNCOMMITTED);
      stable = clients.end(topic.partition(), IsolationLevel.READ_COMMITTED);
    } catch (KafkaException e) {
      throw new IOException("%s does not answer: %s".formatted(topic, RootCause.message(e)), e);
    }
    if (!await(stable, LIMIT)) {
      throw new IOException(
          "%s could not be read to offset %d within %s; check that the brokers run"
              .formatted(topic, stable, LIMIT));
    }
    if (end > stable && !await(end, OPEN_LIMIT)) {
      LOG.warn(
          "transaction stays open; using the records before it: topic={} offset={} reason={}",
          topic.partition().topic(),
          stable,
          "its process hangs or is foreign; the broker ends it after its timeout, see kafka-transactions.sh find-hanging");
    }
    return state;
  }

  /** Waits until everything before an offset is read; returns false if the time is over. */
  private boolean await(long end, Duration limit) throws IOException {
    long deadline = System.nanoTime() + limit.toNanos();
    waiting.incrementAndGet();
    thread.wakeup();
    try {
      synchronized (this) {
        while (position < end) {
          long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
          if (left <= 0) {
            return false;
          }
          wait(left);
        }
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while %s was read".formatted(topic.noun()), e);
    } finally {
      waiting.decrementAndGet();
    }
  }

  @Override
  public void close() throws InterruptedException {
    thread.close();
  }
}
