package dev.residua.app.kafka;

import dev.residua.app.process.StartFailedException;
import dev.residua.wire.KafkaFailures;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;

/**
 * Waits for answers of a cluster, each for a bounded time, and says what a failure means.
 *
 * @param servers where the cluster was looked for
 */
record AdminCalls(String servers) {
  /**
   * The answer to a request.
   *
   * @param what what was asked for, after "cannot"
   * @throws StartFailedException if there is none in time, or it is a failure
   */
  <T> T answer(String what, KafkaFuture<T> future) throws StartFailedException {
    try {
      return future.get(TopicAdmin.TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw unreachable(e);
    } catch (ExecutionException e) {
      throw failed(what, Objects.requireNonNullElse(e.getCause(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailedException("interrupted while trying to " + what, e);
    }
  }

  /** What a failure means to a person. */
  StartFailedException failed(String what, Throwable cause) {
    if (cause instanceof TimeoutException
        || cause instanceof org.apache.kafka.common.errors.TimeoutException) {
      return unreachable(cause);
    }
    return new StartFailedException(
        KafkaFailures.explain(cause, servers)
            .map(why -> "cannot %s: %s".formatted(what, why))
            .orElse("cannot %s on %s: %s".formatted(what, servers, cause.getMessage())),
        cause);
  }

  private StartFailedException unreachable(Throwable cause) {
    return new StartFailedException(
        "no Kafka broker answers at %s within %d s; check the address (--bootstrap or KAFKA_BOOTSTRAP_SERVERS), that the broker runs, and kafka.security.protocol if it requires TLS or SASL"
            .formatted(servers, TopicAdmin.TIMEOUT_SECONDS),
        cause);
  }
}
