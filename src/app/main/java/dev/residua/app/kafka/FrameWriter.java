package dev.residua.app.kafka;

import dev.residua.dashboard.FrameInbox;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Writes the frames of HTTP requests. The bytes of all requests are bounded: each reserves its own
 * before its body is read. For any thread.
 */
public final class FrameWriter implements FrameInbox.Store, AutoCloseable {
  private static final int THREADS = 4;
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final Producer<byte[], byte[]> producer;
  private final long maxBytes;
  private final Duration timeout;
  private final AtomicLong reserved = new AtomicLong();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(), // bounded by the reservations
          work -> {
            Thread one = new Thread(work, "residua-frames");
            one.setDaemon(true);
            return one;
          });

  /**
   * @param producer closed with this; gives up within the time-out
   * @param maxBytes of all requests together
   * @param timeout from the end of a request until its frames are sent to Kafka
   */
  public FrameWriter(Producer<byte[], byte[]> producer, long maxBytes, Duration timeout) {
    this.producer = producer;
    this.maxBytes = maxBytes;
    this.timeout = timeout;
  }

  /** Reserves bytes of a request; returns false if that exceeds the bound. */
  public boolean reserve(long bytes) {
    if (reserved.addAndGet(bytes) <= maxBytes) {
      return true;
    }
    reserved.addAndGet(-bytes);
    return false;
  }

  /** Releases reserved bytes. */
  public void release(long bytes) {
    reserved.addAndGet(-bytes);
  }

  /** Bytes of all requests now. */
  public long reservedBytes() {
    return reserved.get();
  }

  /** Largest number of bytes of all requests. */
  public long maxBytes() {
    return maxBytes;
  }

  @Override
  public void execute(Runnable work) {
    threads.execute(work);
  }

  @Override
  public CompletionStage<FrameInbox.Place> send(ProducerRecord<byte[], byte[]> frame, long begun) {
    if (System.nanoTime() - begun > timeout.toNanos()) {
      return CompletableFuture.failedFuture(
          new TimeoutException(
              "earlier frames waited for Kafka for %.0f s".formatted(timeout.toMillis() / 1e3)));
    }
    CompletableFuture<FrameInbox.Place> stored = new CompletableFuture<>();
    try {
      producer.send(
          frame,
          (place, failure) -> {
            if (failure == null) {
              stored.complete(
                  new FrameInbox.Place(place.topic(), place.partition(), place.offset()));
            } else {
              stored.completeExceptionally(failure);
            }
          });
    } catch (KafkaException | IllegalStateException e) { // not even queued, or closed
      stored.completeExceptionally(e);
    }
    return stored;
  }

  @Override
  public void close() {
    threads.shutdown();
    producer.close(CLOSE);
  }
}
