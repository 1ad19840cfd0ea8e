package dev.residua.alerting;

import java.time.Duration;

/**
 * The further receiver of incidents that nobody acknowledges in time.
 *
 * @param to name of that receiver
 * @param after time for which a receiver waits for an acknowledgement, in [1 s, 7 days]
 */
public record EscalationSettings(String to, Duration after) {
  static final Duration MIN_TIME = Duration.ofSeconds(1);
  static final Duration MAX_TIME = Duration.ofDays(7);
}
