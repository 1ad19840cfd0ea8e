package dev.residua.registry;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;

/**
 * What writers with one transactional id do when one is overtaken by another: they pause for
 * different times and try again. Without the pause two of them can fence each other for ever.
 */
public final class Overtaken {
  /** How often a writer tries. */
  public static final int ATTEMPTS = 8;

  private static final Duration PAUSE = Duration.ofMillis(20);

  /** Start of the only text that shows it: Kafka's client has no exception of its own for it. */
  private static final String END_UNKNOWN = "Unhandled error in EndTxnResponse";

  private Overtaken() {}

  /**
   * Whether another writer was faster, or the brokers did not say how the transaction ended: it may
   * be stored. The start of another writer can abort a transaction just before its commit:
   * InvalidTxnState.
   */
  public static boolean is(KafkaException e) {
    return e instanceof ProducerFencedException
        || e instanceof InvalidProducerEpochException
        || e instanceof InvalidTxnStateException
        || String.valueOf(e.getMessage()).startsWith(END_UNKNOWN);
  }

  /**
   * Waits before the next attempt: a random time that doubles on average, of 20 ms at first and 1.3
   * s before the last.
   *
   * @param attempt the one that failed, from 1
   */
  public static void pause(int attempt) {
    double factor = (1 << (attempt - 1)) * (0.5 + ThreadLocalRandom.current().nextDouble());
    LockSupport.parkNanos((long) (factor * PAUSE.toNanos()));
  }
}
