package dev.residua.bench;

import java.time.Duration;

/**
 * Load and length of a soak benchmark. Everything that happens again and again does so often enough
 * for the length, and topics keep a sixth of it at most.
 *
 * @param duration length of the load, at least one minute
 * @param interval time between two samples, at least one second
 * @param framesPerSecond over all cameras, above 0
 * @param cameras that send at the same time, at least 1
 * @param partitions of each topic, at least 1
 */
public record SoakSettings(
    Duration duration, Duration interval, double framesPerSecond, int cameras, int partitions) {
  private static final Duration LEAST = Duration.ofMinutes(1);

  public SoakSettings {
    if (duration.compareTo(LEAST) < 0) {
      throw new IllegalArgumentException(
          "the duration must be at least %s but was %s".formatted(LEAST, duration));
    }
    if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("the interval must be at least PT1S but was " + interval);
    }
    if (!(framesPerSecond > 0 && Double.isFinite(framesPerSecond))) {
      throw new IllegalArgumentException(
          "the rate must be above 0 frames per second but was " + framesPerSecond);
    }
  }

  /** Time in which the second process joins and leaves, and after which the model is swapped. */
  Duration cycle() {
    return within(duration.dividedBy(15), Duration.ofSeconds(40), Duration.ofMinutes(4));
  }

  /** Mean number of frames that a camera sends before another takes its place. */
  int framesPerCamera() {
    Duration life = within(duration.dividedBy(20), Duration.ofSeconds(20), Duration.ofMinutes(3));
    return (int) Math.max(2, life.toSeconds() * framesPerSecond / cameras);
  }

  /** Time after which a camera that sends nothing is forgotten: no sooner than its frames. */
  Duration forgetAfter() {
    return retention();
  }

  /** Time after which a camera that sends nothing is reported. */
  Duration silentAfter() {
    return forgetAfter().dividedBy(3);
  }

  /** Time for which topics keep their records. */
  Duration retention() {
    return within(duration.dividedBy(6), Duration.ofMinutes(1), Duration.ofMinutes(6));
  }

  private static Duration within(Duration value, Duration least, Duration most) {
    return value.compareTo(least) < 0 ? least : value.compareTo(most) > 0 ? most : value;
  }
}
