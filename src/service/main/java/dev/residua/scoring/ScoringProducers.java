package dev.residua.scoring;

import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;

/**
 * Producers of one loop, which uses one after another: each takes the transactional id over.
 *
 * @param next makes a transactional producer, not yet initialised
 * @param transactionTimeout after which the broker aborts a transaction of theirs, above zero
 */
public record ScoringProducers(
    Supplier<Producer<byte[], byte[]>> next, Duration transactionTimeout) {
  public ScoringProducers {
    if (transactionTimeout.isZero() || transactionTimeout.isNegative()) {
      throw new IllegalArgumentException(
          "residua.kafka.transaction-timeout must be above zero but was " + transactionTimeout);
    }
  }
}
