package dev.residua.app.kafka;

import dev.residua.wire.RootCause;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;

/** One sentence for what a Kafka cluster has against a client, with what to do; never a secret. */
public final class KafkaFailures {
  private KafkaFailures() {}

  /**
   * Explains a failure that has to do with security or client settings.
   *
   * @param servers where the cluster was looked for
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
            "Kafka at %s does not allow this user what it needs (%s); grant what 'residua topics acls --principal User:NAME' prints"
                .formatted(servers, cause.getMessage()));
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
}
