package dev.residua.app.kafka;

import dev.residua.frame.Frame;
import dev.residua.ingest.NewestFrame;
import dev.residua.wire.FrameReader;
import dev.residua.wire.RootCause;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the newest frame of each source. A source has at most one frame on its way and one that
 * waits, so that memory is bounded and a slow broker makes frames sparser, not older.
 */
public final class FrameSender implements AutoCloseable {
  private static final long POLL_MILLIS = 500;
  private static final long STOP_MILLIS = 10_000;

  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final Listener listener;
  private final Runnable heartbeat;
  private final BlockingQueue<Outlet> waiting = new LinkedBlockingQueue<>(); // each outlet once
  private final Thread thread;
  private volatile boolean stopped;

  /** Receives the outcome of frames. Called on threads of Kafka and of the sources. */
  public interface Listener {
    /** The brokers have stored a frame. */
    void sent(Frame frame);

    /** A newer frame replaced one that was not sent yet. */
    void dropped();

    /**
     * A frame was not stored.
     *
     * @param reason of Kafka
     */
    void failed(Frame frame, String reason);
  }

  /** The place of one source. */
  public final class Outlet {
    private final NewestFrame newest = new NewestFrame();
    private final AtomicBoolean busy = new AtomicBoolean(); // queued, or a frame on its way

    private Outlet() {}

    /** Sends a frame soon, or drops it for a newer one. Never blocks. */
    public void offer(Frame frame) {
      if (newest.put(frame)) {
        listener.dropped();
      }
      if (busy.compareAndSet(false, true)) {
        waiting.add(this);
      }
    }

    /**
     * Waits until no frame of this source waits or is on its way, so that the next one drops none.
     */
    public synchronized void awaitFree() throws InterruptedException {
      while (busy.get()) {
        wait(POLL_MILLIS);
      }
    }

    /**
     * Offers a frame and waits until it is stored or has failed. A recording can wait for Kafka, a
     * camera cannot.
     */
    public void offerAndWait(Frame frame) {
      offer(frame);
      try {
        awaitFree();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void send() {
      Frame frame = newest.take();
      if (frame == null) {
        free();
        return;
      }
      ProducerRecord<byte[], byte[]> record =
          new ProducerRecord<>(
              topic, frame.source().getBytes(StandardCharsets.UTF_8), FrameReader.write(frame));
      try {
        producer.send(record, (metadata, e) -> done(frame, e));
      } catch (KafkaException | IllegalStateException e) { // not even queued, or closed
        done(frame, e);
      }
    }

    private void done(Frame frame, @Nullable Exception failure) {
      if (failure == null) {
        listener.sent(frame);
      } else {
        listener.failed(frame, RootCause.message(failure));
      }
      free();
    }

    private void free() {
      busy.set(false);
      // A frame that came while this one was on its way did not queue the outlet.
      if (newest.isThere() && busy.compareAndSet(false, true)) {
        waiting.add(this);
      } else {
        synchronized (this) {
          notifyAll();
        }
      }
    }
  }

  /**
   * Starts the thread that sends.
   *
   * @param producer closed with this
   * @param heartbeat called after every step
   */
  public FrameSender(
      Producer<byte[], byte[]> producer, String topic, Listener listener, Runnable heartbeat) {
    this.producer = producer;
    this.topic = topic;
    this.listener = listener;
    this.heartbeat = heartbeat;
    this.thread = new Thread(this::run, "residua-ingest-send");
    thread.setDaemon(true);
    thread.start();
  }

  /** The place of one more source. */
  public Outlet outlet() {
    return new Outlet();
  }

  private void run() {
    try {
      while (true) {
        heartbeat.run();
        Outlet next = waiting.poll(stopped ? 0 : POLL_MILLIS, TimeUnit.MILLISECONDS);
        if (next != null) {
          next.send();
        } else if (stopped) {
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends the waiting frames, and closes the producer. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    thread.join(STOP_MILLIS);
    producer.close(); // waits for the frames on their way
  }
}
