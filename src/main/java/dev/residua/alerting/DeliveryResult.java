package dev.residua.alerting;

import java.time.Duration;
import java.util.Optional;

/** What became of a request to a receiver. */
public sealed interface DeliveryResult {
  /** For a person: status, and what was said. */
  String detail();

  /** It was taken. */
  record Accepted(String detail) implements DeliveryResult {}

  /**
   * It was not taken, and may be later.
   *
   * @param pause time for which the receiver asks to be left alone
   * @param everything whether any other notice would meet the same
   */
  record Unavailable(String detail, Optional<Duration> pause, boolean everything)
      implements DeliveryResult {}

  /** It will never be taken. */
  record Refused(String detail) implements DeliveryResult {}
}
