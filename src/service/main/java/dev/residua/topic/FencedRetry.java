package dev.residua.topic;

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
 * Repeats changes by writers that share a transactional id and fence each other. The pauses differ
 * at random: without them two writers can fence each other for ever.
 */
final class FencedRetry {
  static final int ATTEMPTS = 8;

  private static final Duration SHORTEST = Duration.ofMillis(20);
  private static final Duration LONGEST = Duration.ofSeconds(20);

  /** Start of the only text that shows it: Kafka's client has no exception of its own for it. */
  private static final String END_UNKNOWN = "Unhandled error in EndTxnResponse";

  private FencedRetry() {}

  @FunctionalInterface
  interface Attempt<T> {
    /**
     * Reads, decides and writes.
     *
     * @throws IOException if another attempt would not help
     */
    T run() throws IOException;
  }

  /**
   * Repeats an attempt that was fenced.
   *
   * @param noun for the changed table, in messages
   * @throws IOException with the remedy, if all attempts were fenced, or from the attempt
   * @throws KafkaException from the attempt, for any other reason
   */
  static <T> T run(String noun, Attempt<T> attempt) throws IOException {
    for (int n = 1; ; n++) {
      long start = System.nanoTime();
      try {
        return attempt.run();
      } catch (KafkaException e) {
        if (!isFenced(e)) {
          throw e;
        }
        if (n == ATTEMPTS) {
          throw new IOException(
              "%d attempts to change %s were each overtaken by another process or not confirmed by the brokers (%s); try again"
                  .formatted(n, noun, RootCause.message(e)),
              e);
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        LockSupport.parkNanos(pause(n, took, ThreadLocalRandom.current()).toNanos());
      }
    }
  }

  /**
   * Returns true if another writer was faster, or if the brokers did not confirm the end of the
   * transaction, which may be stored. The start of another writer can abort a transaction just
   * before its commit: InvalidTxnState.
   */
  private static boolean isFenced(KafkaException e) {
    return e instanceof ProducerFencedException
        || e instanceof InvalidProducerEpochException
        || e instanceof InvalidTxnStateException
        || String.valueOf(e.getMessage()).startsWith(END_UNKNOWN);
  }

  /**
   * Time before the next attempt: random, doubles on average, and begins with the time of an
   * attempt, because a fixed time would be too short for slow brokers.
   *
   * @param n the attempt that failed, from 1
   */
  static Duration pause(int n, Duration took, RandomGenerator random) {
    double first = Math.max(took.toNanos(), SHORTEST.toNanos());
    double wait = first * (1 << (n - 1)) * (0.5 + random.nextDouble());
    return Duration.ofNanos((long) Math.min(wait, LONGEST.toNanos()));
  }
}
