package dev.residua.drift;

import java.time.Duration;

/**
 * How many false alarms one stream may give, as people say it, against the mean run length that
 * detectors are set for.
 *
 * @param alarms expected false alarms in a period, above 0
 * @param period the period, longer than 0
 * @param framesPerSecond pace of the stream, above 0
 */
public record FalseAlarmBudget(double alarms, Duration period, double framesPerSecond) {
  public FalseAlarmBudget {
    if (!(alarms > 0 && Double.isFinite(alarms))) {
      throw new IllegalArgumentException("false alarms must be above 0 but were " + alarms);
    }
    if (period.isNegative() || period.isZero()) {
      throw new IllegalArgumentException(
          "the period of false alarms must be longer than 0 but was " + period);
    }
    if (!(framesPerSecond > 0 && Double.isFinite(framesPerSecond))) {
      throw new IllegalArgumentException(
          "frames per second must be above 0 but were " + framesPerSecond);
    }
  }

  /** So many a week. */
  public static FalseAlarmBudget perWeek(double alarms, double framesPerSecond) {
    return new FalseAlarmBudget(alarms, Duration.ofDays(7), framesPerSecond);
  }

  /** Mean frames from one false alarm to the next. */
  public double runLength() {
    return period.toMillis() / 1000.0 * framesPerSecond / alarms;
  }
}
