package dev.residua.commissioning;

import java.time.Duration;
import java.util.Locale;

/**
 * The rate at which a source that learns sends frames, and how long that takes at this rate.
 *
 * @param frames seen, at least 1
 * @param time between the first and the last of them
 */
public record LearningPace(long frames, Duration time) {
  private static final double MINUTE = 60;
  private static final double HOUR = 60 * MINUTE;
  private static final double DAY = 24 * HOUR;

  public LearningPace {
    if (frames < 1 || time.isNegative()) {
      throw new IllegalArgumentException(
          "a pace needs at least 1 frame in a time that is not negative but has %d in %s"
              .formatted(frames, time));
    }
  }

  /**
   * Returns the frames from which enough effective samples are expected, if the autocorrelation
   * stays as it was.
   *
   * @param samples effective samples of the frames seen, above 0
   * @param needed effective samples that are enough
   */
  public long framesFor(double samples, double needed) {
    return (long) Math.ceil(frames * needed / samples);
  }

  /**
   * Says how long more frames take, such as "about 38 minutes more at 4 frames per second".
   *
   * @param more frames
   */
  public String remaining(long more) {
    double seconds = time.toMillis() / 1_000.0;
    if (frames < 2 || seconds <= 0) {
      return "about %d frames more".formatted(more);
    }
    double perSecond = (frames - 1) / seconds;
    return "about %s more at %s".formatted(spoken(more / perSecond), rate(perSecond));
  }

  private static String spoken(double seconds) {
    return seconds < 2 * MINUTE
        ? count(seconds, "second")
        : seconds < 2 * HOUR
            ? count(seconds / MINUTE, "minute")
            : seconds < 2 * DAY ? count(seconds / HOUR, "hour") : count(seconds / DAY, "day");
  }

  private static String count(double value, String unit) {
    long whole = Math.max(1, Math.round(value));
    return whole == 1 ? "1 " + unit : "%d %ss".formatted(whole, unit);
  }

  private static String rate(double perSecond) {
    return perSecond >= 0.95
        ? frames(perSecond, "second")
        : perSecond * MINUTE >= 0.95
            ? frames(perSecond * MINUTE, "minute")
            : perSecond * HOUR >= 0.95
                ? frames(perSecond * HOUR, "hour")
                : frames(perSecond * DAY, "day");
  }

  private static String frames(double rate, String unit) {
    String number =
        rate < 9.5 && Math.abs(rate - Math.round(rate)) > 0.05
            ? String.format(Locale.ROOT, "%.1f", rate)
            : String.valueOf(Math.max(1, Math.round(rate)));
    return number + (number.equals("1") ? " frame per " : " frames per ") + unit;
  }
}
