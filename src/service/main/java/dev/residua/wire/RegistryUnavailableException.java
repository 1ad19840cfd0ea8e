package dev.residua.wire;

import org.apache.kafka.common.KafkaException;

/**
 * The schema registry did not give the answer that a record needs: it is away, overloaded, wants
 * another login, or is none. Says nothing about the record, which is to be read again later. A
 * {@link KafkaException}, as when the broker is away, so that the transaction in progress is given
 * up and begun again.
 */
public final class RegistryUnavailableException extends KafkaException {
  private static final long serialVersionUID = 1L;

  RegistryUnavailableException(String message) {
    super(message);
  }

  RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
