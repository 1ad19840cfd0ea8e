package dev.residua.alerting;

import java.time.Duration;

/**
 * The receiver of a regular message, whose absence says that nobody would be notified.
 *
 * @param receiver name of that receiver, of type Alertmanager or webhook
 * @param interval between two messages, in [1 s, 1 h]
 */
public record HeartbeatSettings(String receiver, Duration interval) {
  private static final Duration MIN_INTERVAL = Duration.ofSeconds(1);
  private static final Duration MAX_INTERVAL = Duration.ofHours(1);

  public HeartbeatSettings {
    if (interval.compareTo(MIN_INTERVAL) < 0 || interval.compareTo(MAX_INTERVAL) > 0) {
      throw new IllegalArgumentException(
          "residua.alerting.heartbeat.interval must be from %s to %s but was %s"
              .formatted(MIN_INTERVAL, MAX_INTERVAL, interval));
    }
  }
}
