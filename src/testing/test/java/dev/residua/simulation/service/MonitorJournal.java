package dev.residua.simulation.service;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records that the monitor read in the transactions that it committed, with their times: the input
 * of a replay. Each transaction of the monitor has one record on a topic of its own, so that the
 * broker decides which of them count.
 */
final class MonitorJournal {
  static final String TOPIC = "simulated-journal";

  private final List<Batch> batches = new ArrayList<>();
  private int lives;

  /** A run of the monitor, from a start or a reassignment to the next one. */
  record Life(int number, Instant start) {}

  /**
   * One thing that the monitor got: a record, or the time.
   *
   * @param record null if it is a time
   * @param time null if it is a record
   */
  record Input(@Nullable ConsumerRecord<byte[], byte[]> record, @Nullable Instant time) {
    static Input of(ConsumerRecord<byte[], byte[]> record) {
      return new Input(record, null);
    }

    static Input of(Instant time) {
      return new Input(null, time);
    }
  }

  /** Inputs of the monitor since its last transaction. */
  record Batch(Life life, List<Input> inputs) {}

  Life begin(Instant start) {
    return new Life(lives++, start);
  }

  /** The record that says, in a transaction, that these inputs are dealt with. */
  ProducerRecord<byte[], byte[]> add(Life life, List<Input> inputs) {
    batches.add(new Batch(life, List.copyOf(inputs)));
    byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(batches.size() - 1).array();
    return new ProducerRecord<>(TOPIC, 0, null, number);
  }

  /** The transactions that were committed, in their order. */
  List<Batch> committed(SimulatedBroker broker) {
    return broker.records(TOPIC).stream()
        .map(entry -> batches.get(ByteBuffer.wrap(entry.value()).getInt()))
        .toList();
  }
}
