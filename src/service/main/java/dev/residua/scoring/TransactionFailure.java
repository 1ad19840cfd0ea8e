package dev.residua.scoring;

import dev.residua.wire.KafkaFailures;
import dev.residua.wire.RegistryUnavailableException;
import dev.residua.wire.RootCause;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.IllegalGenerationException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.jspecify.annotations.Nullable;

/**
 * Failure of a transaction, with its consequences for the loop that ran it. In every case nothing
 * is lost and nothing is scored twice: the records are uncommitted, or the committed offsets say
 * that they are done.
 */
sealed interface TransactionFailure {
  /** Failure and its consequences, for people. */
  String message();

  /** Starts the recovery that fits. */
  void handle(Recovery recovery);

  /** Means of a loop against a failure. */
  interface Recovery {
    /** See {@link ReadAgain}. */
    void readAgain(String message);

    /** See {@link TooLarge}. */
    void shortenOrEnd(String message);

    /** See {@link StartOver}. */
    void startOver(String message);

    /** See {@link End}. */
    void end(String message);
  }

  /** The transaction is aborted, and its records are read again with the same producer. */
  record ReadAgain(String message) implements TransactionFailure {
    @Override
    public void handle(Recovery recovery) {
      recovery.readAgain(message);
    }
  }

  /**
   * A record is larger than its topic allows. The transaction is aborted; if the record was a dead
   * letter, its frame is read again and the letter goes without its value. Otherwise only a person
   * can help, as with {@link End}.
   */
  record TooLarge(String message) implements TransactionFailure {
    @Override
    public void handle(Recovery recovery) {
      recovery.shortenOrEnd(message);
    }
  }

  /**
   * The producer is of no further use, or nobody knows yet whether the transaction was committed: a
   * new producer takes the transactional id, which settles that, and the loop continues at the
   * committed offsets.
   */
  record StartOver(String message) implements TransactionFailure {
    @Override
    public void handle(Recovery recovery) {
      recovery.startOver(message);
    }
  }

  /** Only a person can help: the process ends with this message. */
  record End(String message) implements TransactionFailure {
    @Override
    public void handle(Recovery recovery) {
      recovery.end(message);
    }
  }

  /**
   * Place of the failure, for the messages and to distinguish time-outs from rivals.
   *
   * @param member static member id and transactional id of the loop
   * @param outputs topics that it writes
   * @param timeout after which the broker aborts a transaction
   */
  record Place(String member, List<String> outputs, Duration timeout) {
    public Place {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * Classifies a failure.
   *
   * @param failure exception of a call of producer or consumer
   * @param elapsed since the transaction began; zero outside one
   */
  static TransactionFailure of(KafkaException failure, Duration elapsed, Place place) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      TransactionFailure known = known(cause, elapsed, place);
      if (known != null) {
        return known;
      }
    }
    return failure instanceof TimeoutException
        ? new StartOver(
            "no broker ended the transaction of %s in time (%s); check that the brokers run and have disk space. Frames wait on their topic"
                .formatted(place.member(), failure.getMessage()))
        : new ReadAgain(
            "the transaction of %s is aborted, its frames are read again: %s"
                .formatted(place.member(), RootCause.message(failure)));
  }

  private static @Nullable TransactionFailure known(
      Throwable cause, Duration elapsed, Place place) {
    Optional<String> refused = KafkaFailures.explainRunning(cause, place.member());
    if (refused.isPresent()) {
      return new End(refused.get());
    }
    if (cause instanceof ProducerFencedException
        || cause instanceof InvalidProducerEpochException
        || cause instanceof InvalidTxnStateException) { // aborted, and the epoch raised once
      return elapsed.compareTo(place.timeout()) < 0
          ? new End(KafkaFailures.rival(place.member()))
          : new StartOver(
              "a transaction of %s took %.1f s, longer than residua.kafka.transaction-timeout=%s, so the broker aborted it; its frames are read again. If this repeats, raise the time-out or lower residua.scoring.max-frames"
                  .formatted(place.member(), elapsed.toMillis() / 1e3, place.timeout()));
    }
    if (cause instanceof RecordTooLargeException || cause instanceof RecordBatchTooLargeException) {
      return new TooLarge(
          "a record of %s is larger than its topic allows (%s); raise max.message.bytes of %s and start again. No frame is lost meanwhile"
              .formatted(place.member(), cause.getMessage(), place.outputs()));
    }
    if (cause instanceof InvalidTimestampException
        || (cause instanceof InvalidRecordException
            && String.valueOf(cause.getMessage()).contains("timestamp"))) {
      return new ReadAgain(
          "the broker refuses the time of the records of %s (%s): the clock of this machine is ahead by more than message.timestamp.after.max.ms, one hour unless set. Frames wait on their topic until it is right; check the time service of this machine"
              .formatted(place.member(), cause.getMessage()));
    }
    if (cause instanceof InvalidConfigurationException) {
      return new End(
          "Kafka refuses the transactions of %s: %s; check the kafka.* settings and start again"
              .formatted(place.member(), cause.getMessage()));
    }
    if (cause instanceof InvalidTxnTimeoutException) {
      return new End(
          "residua.kafka.transaction-timeout=%s is longer than the broker's transaction.max.timeout.ms; lower it"
              .formatted(place.timeout()));
    }
    if (cause instanceof RegistryUnavailableException) {
      return new ReadAgain("frames of %s wait: %s".formatted(place.member(), cause.getMessage()));
    }
    if (cause instanceof CommitFailedException
        || cause instanceof UnknownMemberIdException
        || cause instanceof IllegalGenerationException) {
      return new ReadAgain(
          "partitions of %s went to another process during a transaction, which is aborted; its frames are scored there"
              .formatted(place.member()));
    }
    if (cause instanceof OutOfOrderSequenceException
        || cause instanceof ApplicationRecoverableException) {
      return new StartOver(
          "the broker lost the position of %s in its records (%s); a new producer continues at the committed offsets"
              .formatted(place.member(), cause.getMessage()));
    }
    return null;
  }
}
