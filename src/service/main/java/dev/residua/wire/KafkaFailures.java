package dev.residua.wire;

import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/**
 * One sentence for a failure of a Kafka client that only a person can help, with what to do; never
 * a secret.
 */
public final class KafkaFailures {
  private static final String GRANT =
      "grant the rights that 'residua topics acls --principal User:NAME' prints";

  private KafkaFailures() {}

  /**
   * Explains a failure at the start that has to do with security or client settings.
   *
   * @param servers bootstrap servers, for the message
   * @return empty if it has to do with something else
   */
  public static Optional<String> explain(Throwable failure, String servers) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SslAuthenticationException) {
        return Optional.of(tls(cause, servers));
      }
      if (cause instanceof UnsupportedSaslMechanismException) {
        return Optional.of(
            "Kafka at %s does not offer this SASL mechanism (%s); set kafka.sasl.mechanism to one that it does"
                .formatted(servers, cause.getMessage()));
      }
      if (cause instanceof AuthenticationException) {
        return Optional.of(
            "Kafka at %s does not accept the user name or password (%s); check kafka.sasl.jaas.config and kafka.sasl.mechanism"
                .formatted(servers, cause.getMessage()));
      }
      if (cause instanceof AuthorizationException) {
        return Optional.of(
            "Kafka at %s does not grant this user the rights that it needs (%s); %s"
                .formatted(servers, cause.getMessage(), GRANT));
      }
      if (cause instanceof ConfigException) {
        return Optional.of(
            "a client setting of Kafka is wrong: %s; see the kafka.* properties"
                .formatted(cause.getMessage()));
      }
    }
    if (String.valueOf(failure.getMessage()).startsWith("Failed to ")
        && failure.getCause() != null) {
      return Optional.of(
          "the client settings of Kafka cannot be used: %s: %s; see the kafka.* properties"
              .formatted(failure.getCause().getMessage(), RootCause.of(failure)));
    }
    return Optional.empty();
  }

  private static String tls(Throwable failure, String servers) {
    Throwable root = RootCause.of(failure);
    String said = String.valueOf(root.getMessage());
    if (root instanceof CertificateExpiredException) {
      return "the certificate of Kafka at %s has expired (%s); renew it on the broker"
          .formatted(servers, said);
    }
    if (root instanceof CertificateNotYetValidException) {
      return "the certificate of Kafka at %s is not valid yet (%s); check the clocks"
          .formatted(servers, said);
    }
    if (said.contains("valid certification path")
        || said.contains("trustAnchors")
        || said.contains("signature check failed")) {
      return "the certificate of Kafka at %s is signed by an authority that this client does not know (%s); put the authority into kafka.ssl.truststore.location"
          .formatted(servers, said);
    }
    if (said.contains("subject alternative") || said.contains("No name matching")) {
      return "the certificate of Kafka is for another host than %s (%s); use the name in the certificate, or renew it with this one"
          .formatted(servers, said);
    }
    if (said.contains("fatal alert")) {
      return "Kafka at %s refuses the certificate of this client (%s); check kafka.ssl.keystore.location: it must be valid and signed by an authority that the broker trusts"
          .formatted(servers, said);
    }
    return "TLS with Kafka at %s failed (%s); check that this port speaks TLS, and the kafka.ssl.* settings"
        .formatted(servers, said);
  }

  /**
   * Explains one failure of a client that ran, not its causes.
   *
   * @param who name of the client: its static member id, transactional id or application
   * @return empty if it is of another kind
   */
  public static Optional<String> explainRunning(Throwable failure, String who) {
    if (failure instanceof FencedInstanceIdException) {
      return Optional.of(rival(who));
    }
    if (failure instanceof AuthenticationException) {
      return Optional.of(
          "Kafka no longer accepts the credentials of %s (%s); check the kafka.* security settings and start again"
              .formatted(who, failure.getMessage()));
    }
    if (failure instanceof AuthorizationException) {
      return Optional.of(
          "%s may not use %s; %s, and start again".formatted(who, resource(failure, who), GRANT));
    }
    return Optional.empty();
  }

  /** Another process has taken this client's name. */
  public static String rival(String who) {
    return "another process took over as %s: two processes run with the same residua.instance. That one continues, this one ends; give every process an --instance of its own, the same after a restart"
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
