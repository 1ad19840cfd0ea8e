package dev.residua.drift;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rate of false alarms that an operator accepts: {@code 1/week@20} is one per week from a camera of
 * 20 frames per second, a mean run length of 12,096,000 frames.
 *
 * @param alarms false alarms in one {@code period}, above 0
 * @param period time in which they are counted
 * @param framesPerSecond of one source, above 0
 */
public record FalseAlarmBudget(double alarms, Period period, double framesPerSecond) {
  private static final Pattern FORM = Pattern.compile("([0-9.eE+-]+)/([a-z]+)(?:@([0-9.eE+-]+))?");

  /** Period in which an operator counts alarms. */
  public enum Period {
    HOUR(3_600),
    DAY(86_400),
    WEEK(604_800),
    MONTH(2_629_800),
    YEAR(31_557_600);

    private final long seconds;

    Period(long seconds) {
      this.seconds = seconds;
    }

    /** Length; a month is a twelfth of a year of 365.25 days. */
    public long seconds() {
      return seconds;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @throws IllegalArgumentException if a number is not above 0, or the run length is outside
   *     {@link DriftReference#MIN_TARGET} to {@link DriftReference#MAX_TARGET}
   */
  public FalseAlarmBudget {
    if (!(alarms > 0 && alarms < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "false alarms per %s must be above 0 but were %s".formatted(period, alarms));
    }
    if (!(framesPerSecond > 0 && framesPerSecond < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "frames per second must be above 0 but were " + framesPerSecond);
    }
    double frames = period.seconds() * framesPerSecond / alarms;
    if (!(frames >= DriftReference.MIN_TARGET && frames <= DriftReference.MAX_TARGET)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%s false alarms per %s at %s frames per second are a run length of %.4g frames,"
                  + " expected %.0f to %.0e",
              number(alarms),
              period,
              number(framesPerSecond),
              frames,
              DriftReference.MIN_TARGET,
              DriftReference.MAX_TARGET));
    }
  }

  /**
   * Reads {@code N/PERIOD@FRAMES_PER_SECOND} such as {@code 1/week@20} or {@code 0.5/day@12.5}.
   *
   * @throws IllegalArgumentException if it has another form
   */
  public static FalseAlarmBudget parse(String text) {
    Matcher form = form(text);
    if (form.group(3) == null) {
      throw new IllegalArgumentException(
          "false alarm budget '%s' does not say frames per second, expected such as 1/week@20"
              .formatted(text));
    }
    return of(form, number(form.group(3), text), text);
  }

  /**
   * Reads {@code N/PERIOD} such as {@code 1/week}.
   *
   * @throws IllegalArgumentException if it has another form or names frames per second itself
   */
  public static FalseAlarmBudget parse(String text, double framesPerSecond) {
    Matcher form = form(text);
    if (form.group(3) != null) {
      throw new IllegalArgumentException(
          "false alarms '%s' name frames per second, which are given apart".formatted(text));
    }
    return of(form, framesPerSecond, text);
  }

  private static Matcher form(String text) {
    Matcher form = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "false alarm budget is '%s', expected such as 1/week@20: alarms, a slash, hour, day, week, month or year, @ and frames per second"
              .formatted(text));
    }
    return form;
  }

  private static FalseAlarmBudget of(Matcher form, double framesPerSecond, String text) {
    for (Period period : Period.values()) {
      if (form.group(2).equals(period.toString())) {
        return new FalseAlarmBudget(number(form.group(1), text), period, framesPerSecond);
      }
    }
    throw new IllegalArgumentException(
        "false alarm budget '%s' counts in '%s', expected hour, day, week, month or year"
            .formatted(text, form.group(2)));
  }

  private static double number(String digits, String text) {
    try {
      return Double.parseDouble(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "false alarm budget '%s' has '%s' instead of a number".formatted(text, digits), e);
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? String.valueOf((long) value)
        : String.valueOf(value);
  }

  /** Mean run length to a false alarm, in frames of one source. */
  public double runLength() {
    return period.seconds() * framesPerSecond / alarms;
  }

  /** False alarms in one {@code period} at a mean run length in frames. */
  public static double alarms(double runLength, Period period, double framesPerSecond) {
    return period.seconds() * framesPerSecond / runLength;
  }

  /** As {@link #parse(String)} reads it. */
  @Override
  public String toString() {
    return number(alarms) + "/" + period + "@" + number(framesPerSecond);
  }
}
