package dev.residua.streams;

import dev.residua.wire.KafkaFailures;
import dev.residua.wire.RegistryUnavailableException;
import dev.residua.wire.RootCause;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;

/**
 * End of a thread of the monitor, with its consequences. Its transaction is aborted, so the next
 * thread reads the same scores again: nothing is lost and nothing is counted twice.
 *
 * <p>Kafka Streams itself continues after a rebalance, a fenced producer and a damaged state store;
 * this is about the rest.
 */
public sealed interface MonitorFailure {
  /** Failure and its consequences, for people. */
  String message();

  /** Another thread takes over: what failed may work the next time, such as an answer in time. */
  record Replace(String message) implements MonitorFailure {}

  /** The same after a pause: what is missing may appear, such as a topic that was just created. */
  record ReplaceLater(String message) implements MonitorFailure {}

  /** Only a person can help: the process ends with this message. */
  record End(String message) implements MonitorFailure {}

  /** Nobody foresaw this: the process ends and shows where it came from. */
  record Unknown(String message) implements MonitorFailure {}

  /**
   * Classifies the exception of a thread of the monitor.
   *
   * @param application name of the Kafka Streams application
   * @param written names of the topics that it writes, its changelogs aside
   */
  static MonitorFailure of(Throwable failure, String application, List<String> written) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      MonitorFailure known = known(cause, failure, application, written);
      if (known != null) {
        return known;
      }
    }
    return new Unknown(RootCause.message(failure));
  }

  private static @Nullable MonitorFailure known(
      Throwable cause, Throwable failure, String application, List<String> written) {
    Optional<String> refused = KafkaFailures.explainRunning(cause, application);
    if (refused.isPresent()) {
      return new End(refused.get());
    }
    if (cause instanceof RecordTooLargeException) {
      // If the producer notices first, Kafka Streams names the topic of the record after it
      return new End(
          "a record of %s is larger than its topic allows (%s: %s); raise max.message.bytes of that topic, or of an earlier one of the same transaction (%s), and start again. No score is lost meanwhile"
              .formatted(
                  application, firstLine(failure), cause.getMessage(), String.join(", ", written)));
    }
    if (cause instanceof MonitorModels.UnavailableException) {
      return new Replace(
          "%s waits for the bundle of a model, its scores wait with it (%s). Check the bundle store"
              .formatted(application, cause.getMessage()));
    }
    if (cause instanceof MonitorRules.UnavailableException) {
      return new Replace(
          "%s waits for the rule of a source, its scores wait with it (%s)"
              .formatted(application, cause.getMessage()));
    }
    if (cause instanceof RegistryUnavailableException) {
      return new ReplaceLater(
          "%s waits for the schema registry, its scores wait with it (%s)"
              .formatted(application, cause.getMessage()));
    }
    if (cause instanceof MissingSourceTopicException) {
      return new ReplaceLater(
          "a topic that %s reads is missing (%s); if it does not appear, create it with 'residua topics create' and start again"
              .formatted(application, cause.getMessage()));
    }
    if (cause instanceof InvalidTxnStateException) {
      return new Replace(
          "the brokers aborted a transaction of %s before its thread could commit it (%s); another thread continues at the last commit. If this repeats, raise residua.kafka.transaction-timeout"
              .formatted(application, cause.getMessage()));
    }
    // When acknowledgements stay away too long, the producer has no exception of its own for it.
    boolean unanswered = cause.getClass() == KafkaException.class && cause.getCause() == null;
    if (cause instanceof RetriableException || unanswered) {
      return new Replace(
          "a thread of %s ended because no broker answered as it should (%s); another one continues at the last commit. Check that the brokers run and have disk space"
              .formatted(application, cause.getMessage()));
    }
    return null;
  }

  private static String firstLine(Throwable failure) {
    String message =
        failure instanceof StreamsException && failure.getMessage() != null
            ? failure.getMessage()
            : failure.toString();
    return message.lines().findFirst().orElse(message);
  }
}
