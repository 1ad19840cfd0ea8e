package dev.residua.app.kafka;

import dev.residua.app.process.StartFailedException;
import dev.residua.wire.KafkaFailures;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for answers of a cluster, each for a bounded time, and says what a failure means.
 *
 * @param servers addresses that were tried
 * @param patience time that an answer may take
 * @param untilWarning time after which a warning says what is waited for
 */
record AdminCalls(String servers, Duration patience, Duration untilWarning) {
  private static final Logger LOG = LoggerFactory.getLogger(AdminCalls.class);

  /**
   * The answer to a request.
   *
   * @param what the request, after "cannot"
   * @throws StartFailedException if there is none in time, or it is a failure
   */
  <T> T answer(String what, KafkaFuture<T> future) throws StartFailedException {
    try {
      return await(future);
    } catch (TimeoutException e) {
      throw unreachable(e);
    } catch (ExecutionException e) {
      throw failed(what, Objects.requireNonNullElse(e.getCause(), e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFailedException("interrupted while trying to " + what, e);
    }
  }

  /**
   * The answer to a request, or its failure as Kafka gives it.
   *
   * @throws TimeoutException if there is none in time
   */
  <T> T await(KafkaFuture<T> future)
      throws InterruptedException, ExecutionException, TimeoutException {
    Duration rest = patience.minus(untilWarning);
    if (rest.isNegative() || rest.isZero()) {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    }
    try {
      return future.get(untilWarning.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn(
          "{}", "%s; waits at most %d s more".formatted(noAnswer(untilWarning), rest.toSeconds()));
      return future.get(rest.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Exception with a sentence for a failure. */
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
    return new StartFailedException(noAnswer(patience), cause);
  }

  private String noAnswer(Duration time) {
    return "no Kafka broker answers at %s within %d s; check the address (--bootstrap or KAFKA_BOOTSTRAP_SERVERS), that the broker runs, and kafka.security.protocol if it requires TLS or SASL"
        .formatted(servers, time.toSeconds());
  }
}
