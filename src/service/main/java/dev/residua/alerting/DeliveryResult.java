package dev.residua.alerting;

import java.time.Duration;
import java.util.Optional;

/** The result of a request to a receiver. */
public sealed interface DeliveryResult {
  /** Status and answer, for a person. */
  String detail();

  /** It was accepted. */
  record Accepted(String detail) implements DeliveryResult {}

  /**
   * It was not accepted, and may be later.
   *
   * @param pause time for which the receiver asks for no requests
   * @param everything whether every other notification would fail as well
   */
  record Unavailable(String detail, Optional<Duration> pause, boolean everything)
      implements DeliveryResult {}

  /** It will never be accepted. */
  record Refused(String detail) implements DeliveryResult {}
}
