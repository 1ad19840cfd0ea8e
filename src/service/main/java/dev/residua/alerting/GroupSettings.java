package dev.residua.alerting;

import java.time.Duration;

/**
 * When receivers are notified of several incidents together.
 *
 * @param delay how long a new incident waits for others, from zero, which is never, to {@link
 *     #MAX_WAIT}
 * @param size fewest sources of a group, from 2 to {@link #MAX_SIZE}
 */
public record GroupSettings(Duration delay, int size) {
  /** Longest time that an incident waits. */
  public static final Duration MAX_WAIT = Duration.ofMinutes(10);

  /** Max number of sources that a group may need. */
  public static final int MAX_SIZE = 1_000;

  /** No groups. */
  public static final GroupSettings OFF = new GroupSettings(Duration.ZERO, 2);

  /**
   * An incident that is not diagnosed joins a group for this many times the wait after the last one
   * that joined.
   */
  private static final int WAITS_UNDIAGNOSED = 10;

  public GroupSettings {
    if (delay.isNegative() || delay.compareTo(MAX_WAIT) > 0) {
      throw new IllegalArgumentException(
          "residua.alerting.group-wait must be from PT0S to %s but was %s"
              .formatted(MAX_WAIT, delay));
    }
    if (size < 2 || size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "residua.alerting.group-size must be from 2 to %d but was %d".formatted(MAX_SIZE, size));
    }
  }

  boolean off() {
    return delay.isZero();
  }

  /** Time after the last joining in which an incident without a diagnosis may join. */
  Duration undiagnosed() {
    return delay.multipliedBy(WAITS_UNDIAGNOSED);
  }
}
