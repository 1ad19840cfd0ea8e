package dev.residua.topic;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Accumulates the records of a compacted topic in their order. For one thread. */
public interface TableState<S> {
  /**
   * Applies a record.
   *
   * @return true if the state may have changed
   * @throws RuntimeException with the reason, if the record is damaged or foreign; it changes
   *     nothing
   */
  boolean apply(ConsumerRecord<byte[], byte[]> record);

  /** The state as an immutable value. */
  S snapshot();
}
