package dev.residua.frame;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as people write and say them: {@code 2h}, {@code 90s}, {@code 1d 12h}, {@code 1h30m}.
 */
public final class HumanDuration {
  private static final Pattern PARTS =
      Pattern.compile(
          "(?:(\\d+) ?d)? ?(?:(\\d+) ?h)? ?(?:(\\d+) ?m(?:in)?)? ?(?:(\\d+(?:\\.\\d+)?) ?s)?");

  /** ISO-8601 unit of each part. */
  private static final String[] UNITS = {"DT", "H", "M", "S"};

  private HumanDuration() {}

  /** A duration in its two largest units, such as {@code 2 h 5 min}. */
  public static String spoken(Duration time) {
    if (time.toDays() > 0) {
      return "%d d %d h".formatted(time.toDays(), time.toHoursPart());
    }
    if (time.toHours() > 0) {
      return "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
    }
    return time.toMinutes() > 0
        ? "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart())
        : time.toSeconds() + " s";
  }

  /** The length in seconds, for any duration. */
  public static double seconds(Duration time) {
    return time.getSeconds() + time.getNano() / 1e9;
  }

  /** Such as {@code 0.05 s}, {@code 1.5 s} or {@code 3 min 20 s}. */
  public static String spokenSeconds(double seconds) {
    return seconds < 60
        ? "%.2f".formatted(seconds).replaceAll("\\.?0+$", "") + " s"
        : spoken(Duration.ofSeconds(Math.round(seconds)));
  }

  /**
   * Reads days, hours, minutes and seconds, or an ISO-8601 duration such as {@code PT2H}.
   *
   * @throws DateTimeException with examples, if the text is neither
   */
  public static Duration parse(String text) {
    String lower = text.strip().toLowerCase(Locale.ROOT);
    Matcher parts = PARTS.matcher(lower);
    try {
      if (lower.isEmpty() || !parts.matches()) {
        return Duration.parse(text.strip());
      }
      StringBuilder iso = new StringBuilder("P");
      for (int i = 0; i < UNITS.length; i++) {
        String number = parts.group(i + 1);
        iso.append(number == null ? (i == 0 ? "T" : "") : number + UNITS[i]);
      }
      return Duration.parse(iso.toString().replaceFirst("T$", ""));
    } catch (DateTimeException | ArithmeticException e) {
      throw new DateTimeException(
          "invalid duration '%s', expected one such as 2h, 90s or 1d 12h".formatted(text), e);
    }
  }
}
