package dev.residua.scoring;

import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Commit protocol of results and offsets of one producer. For the thread of one loop. */
interface Publication {
  /** The publication strategy for a delivery guarantee. */
  static Publication of(
      Guarantee guarantee, Consumer<byte[], byte[]> consumer, Producer<byte[], byte[]> producer) {
    return switch (guarantee) {
      case EXACTLY_ONCE -> new ExactlyOnce(consumer, producer);
      case AT_LEAST_ONCE -> new AtLeastOnce(consumer, producer);
    };
  }

  /** Called once, before all others. */
  void start();

  void begin();

  /**
   * Sends a result.
   *
   * @param answered called with the outcome on the producer's thread
   */
  void send(ProducerRecord<byte[], byte[]> record, Callback answered);

  /**
   * Waits until the broker has stored all results sent so far, if they would otherwise become
   * visible after later ones.
   */
  void awaitSent();

  /**
   * Makes all that was sent visible, and the offsets committed.
   *
   * @param offsets next offset to read of each partition
   */
  void commit(Map<TopicPartition, OffsetAndMetadata> offsets);

  /** Discards the records sent since {@link #begin}, if any; they will be sent again. */
  void abort();

  /** Results and offsets together or not at all. */
  final class ExactlyOnce implements Publication {
    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte[], byte[]> producer;
    private boolean open;

    ExactlyOnce(Consumer<byte[], byte[]> consumer, Producer<byte[], byte[]> producer) {
      this.consumer = consumer;
      this.producer = producer;
    }

    @Override
    public void start() {
      producer.initTransactions();
    }

    @Override
    public void begin() {
      producer.beginTransaction();
      open = true;
    }

    @Override
    public void send(ProducerRecord<byte[], byte[]> record, Callback answered) {
      producer.send(record, answered);
    }

    @Override
    public void awaitSent() {} // all of it becomes visible at once

    @Override
    public void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
      if (!offsets.isEmpty()) {
        producer.sendOffsetsToTransaction(offsets, consumer.groupMetadata());
      }
      producer.commitTransaction();
      open = false;
    }

    @Override
    public void abort() {
      if (open) {
        producer.abortTransaction();
        open = false;
      }
    }
  }

  /** Results first, then the offsets: after a failure in between results come twice. */
  final class AtLeastOnce implements Publication {
    private final Consumer<byte[], byte[]> consumer;
    private final Producer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    AtLeastOnce(Consumer<byte[], byte[]> consumer, Producer<byte[], byte[]> producer) {
      this.consumer = consumer;
      this.producer = producer;
    }

    @Override
    public void start() {}

    @Override
    public void begin() {
      failure.set(null);
    }

    @Override
    public void send(ProducerRecord<byte[], byte[]> record, Callback answered) {
      producer.send(
          record,
          (metadata, e) -> {
            if (e != null) {
              failure.compareAndSet(null, e);
            }
            answered.onCompletion(metadata, e);
          });
    }

    @Override
    public void awaitSent() {
      producer.flush();
      Exception why = failure.get();
      if (why != null) {
        throw new KafkaException("a result could not be written: " + why.getMessage(), why);
      }
    }

    @Override
    public void commit(Map<TopicPartition, OffsetAndMetadata> offsets) {
      awaitSent();
      consumer.commitSync(offsets);
    }

    @Override
    public void abort() {
      producer.flush();
    }
  }
}
