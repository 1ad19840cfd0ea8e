package dev.residua.registry;

import dev.residua.wire.RootCause;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
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
  static final int ATTEMPTS = 8;

  private static final Duration SHORTEST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(20);

  /** Start of the only text that shows it: Kafka's client has no exception of its own for it. */
  private static final String END_UNKNOWN = "Unhandled error in EndTxnResponse";

  private Overtaken() {}

  /** One attempt to decide on the newest state and to write. */
  @FunctionalInterface
  public interface Attempt<T> {
    /**
     * Reads, decides and writes.
     *
     * @throws IOException if another attempt would not help
     */
    T run() throws IOException;
  }

  /**
   * Repeats an attempt that was overtaken.
   *
   * @param what the changed thing, for the message
   * @throws IOException with the remedy, if all attempts were overtaken, or from the attempt
   * @throws KafkaException from the attempt, for any other reason
   */
  public static <T> T retry(String what, Attempt<T> attempt) throws IOException {
    for (int n = 1; ; n++) {
      long start = System.nanoTime();
      try {
        return attempt.run();
      } catch (KafkaException e) {
        if (!is(e)) {
          throw e;
        }
        if (n == ATTEMPTS) {
          throw new IOException(
              "%d attempts to change %s were each overtaken by another process or not confirmed by the brokers (%s); try again"
                  .formatted(n, what, RootCause.message(e)),
              e);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        LockSupport.parkNanos(pause(n, took, ThreadLocalRandom.current()).toNanos());
      }
    }
  }

  /**
   * Whether another writer was faster, or the brokers did not say how the transaction ended: it may
   * be stored. The start of another writer can abort a transaction just before its commit:
   * InvalidTxnState.
   */
  static boolean is(KafkaException e) {
    return e instanceof ProducerFencedException
        || e instanceof InvalidProducerEpochException
        || e instanceof InvalidTxnStateException
        || String.valueOf(e.getMessage()).startsWith(END_UNKNOWN);
  }

  /**
   * How long to wait before the next attempt: a random time that doubles on average and begins with
   * the time of an attempt. A fixed time would be too short where brokers are slow.
   *
   * @param n the attempt that failed, from 1
   * @param took its time
   */
  static Duration pause(int n, Duration took, RandomGenerator random) {
    double first = Math.max(took.toNanos(), SHORTEST.toNanos());
    double wait = first * (1 << (n - 1)) * (0.5 + random.nextDouble());
    return Duration.ofNanos((long) Math.min(wait, LONGEST.toNanos()));
  }
}
