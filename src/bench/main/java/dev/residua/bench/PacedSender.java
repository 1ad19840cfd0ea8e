package dev.residua.bench;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Takes steps at a steady rate, in a thread of its own, and sends records to a topic in them. */
final class PacedSender implements AutoCloseable {
  private final Producer<byte[], byte[]> producer;
  private final String topic;
  private final double perSecond;
  private final LongConsumer step;
  private final Thread thread = new Thread(this::run, "bench-cameras");
  private volatile @Nullable Exception failure;
  private volatile boolean stopped;

  /**
   * Does nothing before {@link #start}.
   *
   * @param producer closed with this object
   * @param perSecond steps per second, above 0
   * @param step takes the number of the step, from 0
   */
  PacedSender(
      Producer<byte[], byte[]> producer, String topic, double perSecond, LongConsumer step) {
    this.producer = producer;
    this.topic = topic;
    this.perSecond = perSecond;
    this.step = step;
  }

  void start() {
    thread.start();
  }

  private void run() {
    long start = System.nanoTime();
    for (long i = 0; !stopped && failure == null; i++) {
      long due = start + (long) (i * 1e9 / perSecond);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      step.accept(i);
    }
  }

  /** Sends a record; called by the step. */
  void send(String source, byte[] value) {
    producer.send(
        new ProducerRecord<>(topic, source.getBytes(StandardCharsets.UTF_8), value),
        (metadata, e) -> failure = e == null ? failure : e);
  }

  /**
   * Ends the steps.
   *
   * @throws IllegalStateException if Kafka refused a record
   */
  void stop() throws InterruptedException {
    stopped = true;
    thread.join();
    producer.flush();
    check();
  }

  /**
   * Checks the records sent so far.
   *
   * @throws IllegalStateException if Kafka refused a record
   */
  void check() {
    Exception why = failure;
    if (why != null) {
      throw new IllegalStateException("a frame could not be sent: " + why, why);
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
