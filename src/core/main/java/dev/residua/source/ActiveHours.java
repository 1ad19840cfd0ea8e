package dev.residua.source;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Hours of the week in which a source is expected to send frames, in a time zone: {@code Mon-Fri
 * 06:00-22:00, Sat 08:00-14:00 Europe/Berlin}. Without days a period holds every day; one whose end
 * is not after its start ends on the next day. Immutable.
 */
public final class ActiveHours {
  /** Longest description, in characters. */
  public static final int MAX_CHARACTERS = 500;

  private static final int DAY = 24 * 60;
  private static final int WEEK = 7 * DAY;
  private static final List<String> DAYS =
      Arrays.stream(DayOfWeek.values())
          .map(day -> day.name().substring(0, 3).toLowerCase(Locale.ROOT))
          .toList();
  private static final Pattern PERIOD =
      Pattern.compile("(?:([A-Za-z]{3})(?:-([A-Za-z]{3}))? )?(\\d{2}):(\\d{2})-(\\d{2}):(\\d{2})");

  private final String text;
  private final ZoneId zone;
  private final BitSet minutes = new BitSet(WEEK); // active minutes from Monday 00:00

  private ActiveHours(String text, ZoneId zone) {
    this.text = text;
    this.zone = zone;
  }

  /**
   * Parses a description.
   *
   * @throws IllegalArgumentException with the reason, if it is none
   */
  public static ActiveHours parse(String description) {
    String text = description.strip().replaceAll("\\s+", " ").replaceAll(" ?, ?", ", ");
    int last = text.lastIndexOf(' ');
    if (last < 0 || text.length() > MAX_CHARACTERS) {
      throw invalid(
          text, "it needs hours and a time zone, in at most " + MAX_CHARACTERS + " characters");
    }
    ActiveHours hours = new ActiveHours(text, zone(text, text.substring(last + 1)));
    for (String period : text.substring(0, last).split(", ", -1)) {
      hours.add(period);
    }
    return hours;
  }

  private static ZoneId zone(String text, String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw invalid(text, "'" + name + "' is not a time zone");
    }
  }

  private void add(String period) {
    Matcher parts = PERIOD.matcher(period);
    if (!parts.matches()) {
      throw invalid(text, "'" + period + "' is not a period of a day");
    }
    int from = minute(parts.group(3), parts.group(4));
    int until = minute(parts.group(5), parts.group(6));
    if (from == until || from == DAY) {
      throw invalid(text, "'" + period + "' is empty; a whole day is 00:00-24:00");
    }
    int first = parts.group(1) == null ? 0 : day(parts.group(1));
    int end = parts.group(1) == null ? 6 : parts.group(2) == null ? first : day(parts.group(2));
    for (int day = first; ; day = (day + 1) % 7) {
      int length = until > from ? until - from : until - from + DAY;
      for (int m = 0; m < length; m++) {
        minutes.set((day * DAY + from + m) % WEEK);
      }
      if (day == end) {
        return;
      }
    }
  }

  private int day(String name) {
    int day = DAYS.indexOf(name.toLowerCase(Locale.ROOT));
    if (day < 0) {
      throw invalid(text, "'" + name + "' is not a day; write Mon, Tue, Wed, Thu, Fri, Sat or Sun");
    }
    return day;
  }

  private int minute(String hours, String minutesOfHour) {
    int minute = Integer.parseInt(hours) * 60 + Integer.parseInt(minutesOfHour);
    if (Integer.parseInt(minutesOfHour) > 59 || minute > DAY) {
      throw invalid(text, "'" + hours + ":" + minutesOfHour + "' is not a time of a day");
    }
    return minute;
  }

  private static IllegalArgumentException invalid(String text, String why) {
    return new IllegalArgumentException(
        "activeHours '%s': %s; expected such as Mon-Fri 06:00-22:00 Europe/Berlin"
            .formatted(text, why));
  }

  /** Returns true if a moment is inside. */
  public boolean contain(Instant time) {
    return minutes.get(minuteOfWeek(time.atZone(zone)));
  }

  /**
   * Time since the present period began, at most a week; zero outside all periods. If the clocks of
   * the zone were changed in between, by their present offset.
   */
  public Duration activeSince(Instant time) {
    ZonedDateTime local = time.atZone(zone);
    int now = minuteOfWeek(local);
    if (!minutes.get(now)) {
      return Duration.ZERO;
    }
    int before = minutes.previousClearBit(now);
    int back =
        before >= 0
            ? now - before - 1
            : Math.min(WEEK, now + WEEK - minutes.previousClearBit(WEEK - 1) - 1);
    LocalDateTime start = local.toLocalDateTime().withSecond(0).withNano(0).minusMinutes(back);
    return Duration.between(start, local.toLocalDateTime());
  }

  private static int minuteOfWeek(ZonedDateTime local) {
    return (local.getDayOfWeek().getValue() - 1) * DAY + local.getHour() * 60 + local.getMinute();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ActiveHours that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** The description. */
  @Override
  public String toString() {
    return text;
  }
}
