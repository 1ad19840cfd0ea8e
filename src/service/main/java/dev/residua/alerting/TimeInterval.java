package dev.residua.alerting;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.Month;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import java.util.function.IntUnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Recurring times by the clock of a place, with the rules of Alertmanager's time intervals. A time
 * must match every field, and any range of a field; a field without ranges matches every time.
 *
 * @param name as operators call it
 * @param times in minutes of the day; the end is not a part of a range
 * @param weekdays Sunday is 0
 * @param daysOfMonth from 1, or from -1 for the last day
 * @param months January is 1
 * @param years from 1 to 9999
 * @param location time zone of all fields
 * @param text the fields as they were written
 */
public record TimeInterval(
    String name,
    List<Range> times,
    List<Range> weekdays,
    List<Range> daysOfMonth,
    List<Range> months,
    List<Range> years,
    ZoneId location,
    String text) {
  private static final String CLOCK = "((?:[01]\\d|2[0-3]):[0-5]\\d|24:00)";
  private static final Pattern TIME = Pattern.compile(CLOCK + "-" + CLOCK);
  private static final int HOUR = 60;
  private static final int WEEK = 7;
  private static final int MONTH = 31;
  private static final int MAX_YEAR = 9999;
  private static final Map<String, Integer> WEEKDAYS =
      names(DayOfWeek.values(), number -> number % WEEK);
  private static final Map<String, Integer> MONTHS = names(Month.values(), number -> number);

  /** A range of whole numbers. */
  public record Range(int from, int to) {}

  public TimeInterval {
    times = List.copyOf(times);
    weekdays = List.copyOf(weekdays);
    daysOfMonth = List.copyOf(daysOfMonth);
    months = List.copyOf(months);
    years = List.copyOf(years);
    if (List.of(times, weekdays, daysOfMonth, months, years).stream().allMatch(List::isEmpty)) {
      throw new IllegalArgumentException(
          "residua.alerting.mute-times.%s matches always; set times, weekdays, days-of-month, months or years"
              .formatted(name));
    }
  }

  /**
   * Parses an interval.
   *
   * @param times such as {@code 22:00-24:00}
   * @param weekdays such as {@code monday:friday} or {@code sunday}
   * @param daysOfMonth such as {@code 1:5} or {@code -3:-1}
   * @param months such as {@code december} or {@code 6:8}
   * @param years such as {@code 2026} or {@code 2026:2028}
   * @param location such as {@code Europe/Berlin}
   * @throws IllegalArgumentException with the property that is wrong
   */
  public static TimeInterval of(
      String name,
      List<String> times,
      List<String> weekdays,
      List<String> daysOfMonth,
      List<String> months,
      List<String> years,
      String location) {
    String at = "residua.alerting.mute-times." + name;
    ZoneId zone;
    try {
      zone = ZoneId.of(location);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "%s.location must be a time zone such as Europe/Berlin but was '%s'"
              .formatted(at, location),
          e);
    }
    StringJoiner text = new StringJoiner(", ", " (", ")");
    add(text, "times", times);
    add(text, "weekdays", weekdays);
    add(text, "days of month", daysOfMonth);
    add(text, "months", months);
    add(text, "years", years);
    return new TimeInterval(
        name,
        times.stream().map(one -> time(at, one)).toList(),
        ranges(at + ".weekdays", weekdays, WEEKDAYS, 0, WEEK - 1, "monday:friday"),
        ranges(at + ".days-of-month", daysOfMonth, Map.of(), -MONTH, MONTH, "1:5 or -3:-1"),
        ranges(at + ".months", months, MONTHS, 1, MONTHS.size(), "december or 6:8"),
        ranges(at + ".years", years, Map.of(), 1, MAX_YEAR, "2026 or 2026:2028"),
        zone,
        text.add(location).toString());
  }

  private static void add(StringJoiner text, String field, List<String> ranges) {
    if (!ranges.isEmpty()) {
      text.add(field + " " + String.join(" ", ranges));
    }
  }

  private static Range time(String at, String text) {
    Matcher time = TIME.matcher(text);
    if (time.matches()) {
      Range range = new Range(minute(time.group(1)), minute(time.group(2)));
      if (range.from() < range.to()) {
        return range;
      }
    }
    throw new IllegalArgumentException(
        "%s.times must be such as 08:00-17:30 but was '%s'; write a night as 22:00-24:00 and 00:00-06:00"
            .formatted(at, text));
  }

  private static int minute(String text) {
    return Integer.parseInt(text.substring(0, 2)) * HOUR + Integer.parseInt(text.substring(3));
  }

  /**
   * Parses ranges.
   *
   * @param names numbers by their names, in lower case
   * @param min smallest number; if it is negative, 0 is not a number
   */
  private static List<Range> ranges(
      String property,
      List<String> texts,
      Map<String, Integer> names,
      int min,
      int max,
      String example) {
    List<Range> ranges = new ArrayList<>();
    for (String text : texts) {
      String[] ends = text.toLowerCase(Locale.ROOT).split(":", -1);
      int from = number(ends[0], names);
      int to = number(ends[ends.length - 1], names);
      boolean ordered = from <= to || (from > 0 && to < 0);
      boolean zero = min < 0 && (from == 0 || to == 0 || (from < 0 && to > 0));
      if (ends.length > 2
          || !ordered
          || zero
          || Math.min(from, to) < min
          || Math.max(from, to) > max) {
        throw new IllegalArgumentException(
            "%s must be such as %s, from %d to %d, but was '%s'"
                .formatted(property, example, min, max, text));
      }
      ranges.add(new Range(from, to));
    }
    return ranges;
  }

  private static int number(String text, Map<String, Integer> names) {
    if (names.containsKey(text)) {
      return Objects.requireNonNull(names.get(text));
    }
    return text.matches("-?\\d{1,4}") ? Integer.parseInt(text) : Integer.MIN_VALUE;
  }

  private static Map<String, Integer> names(Enum<?>[] constants, IntUnaryOperator number) {
    return Arrays.stream(constants)
        .collect(
            Collectors.toUnmodifiableMap(
                one -> one.name().toLowerCase(Locale.ROOT),
                one -> number.applyAsInt(one.ordinal() + 1)));
  }

  /** Returns true if a time is in the interval. */
  public boolean contains(Instant time) {
    ZonedDateTime at = time.atZone(location);
    int minute = at.getHour() * HOUR + at.getMinute();
    return (times.isEmpty() || times.stream().anyMatch(r -> r.from() <= minute && minute < r.to()))
        && contains(weekdays, at.getDayOfWeek().getValue() % WEEK)
        && containsDay(at)
        && contains(months, at.getMonthValue())
        && contains(years, at.getYear());
  }

  private static boolean contains(List<Range> ranges, int value) {
    return ranges.isEmpty()
        || ranges.stream().anyMatch(range -> range.from() <= value && value <= range.to());
  }

  private boolean containsDay(ZonedDateTime at) {
    int length = YearMonth.from(at).lengthOfMonth();
    return contains(
        daysOfMonth.stream()
            .map(range -> new Range(day(range.from(), length), day(range.to(), length)))
            .toList(),
        at.getDayOfMonth());
  }

  /** The day of a month; a negative one counts from its end. */
  private static int day(int day, int length) {
    return day < 0 ? length + 1 + day : day;
  }

  @Override
  public String toString() {
    return name + text;
  }
}
