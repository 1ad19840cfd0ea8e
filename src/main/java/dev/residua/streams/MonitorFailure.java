package dev.residua.streams;

import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.streams.errors.MissingSourceTopicException;
import org.apache.kafka.streams.errors.StreamsException;
import org.jspecify.annotations.Nullable;

/**
 * What it means that a thread of the monitor ended. Its transaction is aborted, so whichever thread
 * goes on reads the same scores again: nothing is lost and nothing is counted twice.
 *
 * <p>Kafka Streams itself goes on after a rebalance, a fenced producer and a damaged state store;
 * this is about the rest.
 */
public sealed interface MonitorFailure {
  /** What happened and what comes of it, for people. */
  String message();

  /** Another thread takes over: what failed may work the next time, such as an answer in time. */
  record Replace(String message) implements MonitorFailure {}

  /** Only a person can help: the process ends with this message. */
  record End(String message) implements MonitorFailure {}

  /** Nobody foresaw this: the process ends and shows where it came from. */
  record Unknown(String message) implements MonitorFailure {}

  /** Judges what a thread of the application {@code application} threw. */
  static MonitorFailure of(Throwable failure, String application) {
    Throwable innermost = failure;
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      MonitorFailure known = known(cause, failure, application);
      if (known != null) {
        return known;
      }
      innermost = cause;
    }
    return new Unknown(
        innermost.getMessage() == null ? innermost.toString() : innermost.getMessage());
  }

  private static @Nullable MonitorFailure known(
      Throwable cause, Throwable failure, String application) {
    if (cause instanceof FencedInstanceIdException) {
      return new End(
          "another process took over as member of %s: two processes run with the same residua.instance. That one goes on, this one ends; give every process an --instance of its own, the same after a restart"
              .formatted(application));
    }
    if (cause instanceof AuthenticationException) {
      return new End(
          "Kafka does not accept the credentials of %s any more (%s); check the kafka.* security settings and start again"
              .formatted(application, cause.getMessage()));
    }
    if (cause instanceof AuthorizationException) {
      return new End(
          "%s may not use %s; grant what 'residua topics acls --principal USER' prints, and start again"
              .formatted(application, resource(cause)));
    }
    if (cause instanceof RecordTooLargeException) {
      return new End(
          "a record of %s is larger than its topic allows (%s: %s); raise max.message.bytes of that topic and start again. No score is lost meanwhile"
              .formatted(application, firstLine(failure), cause.getMessage()));
    }
    if (cause instanceof MissingSourceTopicException) {
      return new End(
          "a topic that %s reads was deleted (%s); create it with 'residua topics create' and start again"
              .formatted(application, cause.getMessage()));
    }
    if (cause instanceof RetriableException) {
      return new Replace(
          "a thread of %s ended because no broker answered as it should (%s); another one goes on at the last commit. Check that the brokers run and have disk space"
              .formatted(application, cause.getMessage()));
    }
    return null;
  }

  private static String resource(Throwable refused) {
    if (refused instanceof TopicAuthorizationException topic) {
      return "the topics " + topic.unauthorizedTopics();
    }
    if (refused instanceof GroupAuthorizationException group) {
      return "the consumer group " + group.groupId();
    }
    if (refused instanceof TransactionalIdAuthorizationException) {
      return "transactional ids of its name";
    }
    return "the cluster (" + refused.getMessage() + ")";
  }

  private static String firstLine(Throwable failure) {
    String message =
        failure instanceof StreamsException && failure.getMessage() != null
            ? failure.getMessage()
            : failure.toString();
    return message.lines().findFirst().orElse(message);
  }
}
