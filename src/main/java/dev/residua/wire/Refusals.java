package dev.residua.wire;

import java.util.Optional;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;

/** What Kafka has against a client that ran, where only a person can help: one sentence each. */
public final class Refusals {
  private Refusals() {}

  /**
   * Explains one failure, not its causes.
   *
   * @param who name of the client: its static member id, transactional id or application
   * @return empty if it is of another kind
   */
  public static Optional<String> explain(Throwable failure, String who) {
    if (failure instanceof FencedInstanceIdException) {
      return Optional.of(rival(who));
    }
    if (failure instanceof AuthenticationException) {
      return Optional.of(
          "Kafka does not accept the credentials of %s any more (%s); check the kafka.* security settings and start again"
              .formatted(who, failure.getMessage()));
    }
    if (failure instanceof AuthorizationException) {
      return Optional.of(
          "%s may not use %s; grant what 'residua topics acls --principal User:NAME' prints, and start again"
              .formatted(who, resource(failure, who)));
    }
    return Optional.empty();
  }

  /** Another process has taken this client's name. */
  public static String rival(String who) {
    return "another process took over as %s: two processes run with the same residua.instance. That one goes on, this one ends; give every process an --instance of its own, the same after a restart"
        .formatted(who);
  }

  private static String resource(Throwable refused, String who) {
    if (refused instanceof TopicAuthorizationException topic) {
      return "the topics " + topic.unauthorizedTopics();
    }
    if (refused instanceof GroupAuthorizationException group) {
      return "the consumer group " + group.groupId();
    }
    if (refused instanceof TransactionalIdAuthorizationException) {
      return "transactional ids that begin with " + who;
    }
    return "the cluster (" + refused.getMessage() + ")";
  }
}
