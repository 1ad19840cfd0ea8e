package dev.residua.alerting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recurring times: their edges, and a twin that lists every minute and day. */
class TimeIntervalTest {
  private static List<String> list(String text) {
    return text == null ? List.of() : Arrays.asList(text.split(" "));
  }

  private static TimeInterval interval(
      String times, String weekdays, String days, String months, String years, String location) {
    return TimeInterval.of(
        "t", list(times), list(weekdays), list(days), list(months), list(years), location);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // the end of a time is not a part of it, and a night has two times
        "22:00-24:00 00:00-06:00 | | | | | UTC | 2026-05-01T21:59:59.999Z | false",
        "22:00-24:00 00:00-06:00 | | | | | UTC | 2026-05-01T22:00:00Z | true",
        "22:00-24:00 00:00-06:00 | | | | | UTC | 2026-05-01T23:59:59Z | true",
        "22:00-24:00 00:00-06:00 | | | | | UTC | 2026-05-02T00:00:00Z | true",
        "22:00-24:00 00:00-06:00 | | | | | UTC | 2026-05-02T05:59:59Z | true",
        "22:00-24:00 00:00-06:00 | | | | | UTC | 2026-05-02T06:00:00Z | false",
        // 2026-05-01 is a Friday
        "| monday:friday | | | | UTC | 2026-05-01T23:59:59Z | true",
        "| monday:friday | | | | UTC | 2026-05-02T00:00:00Z | false",
        "| Sunday 6 | | | | UTC | 2026-05-02T00:00:00Z | true",
        "| sunday | | | | UTC | 2026-05-03T12:00:00Z | true",
        // the last days of a month, also in February and in a leap year
        "| | -1 | | | UTC | 2026-02-28T12:00:00Z | true",
        "| | -1 | | | UTC | 2028-02-28T12:00:00Z | false",
        "| | -1 | | | UTC | 2028-02-29T12:00:00Z | true",
        "| | -3:-1 | | | UTC | 2026-04-27T23:59:59Z | false",
        "| | -3:-1 | | | UTC | 2026-04-28T00:00:00Z | true",
        "| | 1:-2 | | | UTC | 2026-04-29T00:00:00Z | true",
        "| | 1:-2 | | | UTC | 2026-04-30T00:00:00Z | false",
        "| | 30:31 | | | UTC | 2026-02-28T00:00:00Z | false",
        "| | -31:-30 | | | UTC | 2026-02-01T00:00:00Z | false",
        // months and years
        "| | | june:8 | | UTC | 2026-08-31T23:59:59Z | true",
        "| | | june:8 | | UTC | 2026-09-01T00:00:00Z | false",
        "| | | | 2026:2027 | UTC | 2027-12-31T23:59:59Z | true",
        "| | | | 2026:2027 | UTC | 2028-01-01T00:00:00Z | false",
        // the clock of a place: the day changes there, and 22:00 there is another time in summer
        "| saturday | | | | Europe/Berlin | 2026-05-01T22:00:00Z | true",
        "| saturday | | | | Europe/Berlin | 2026-05-01T21:59:59Z | false",
        "22:00-24:00 | | | | | Europe/Berlin | 2026-01-15T21:00:00Z | true",
        "22:00-24:00 | | | | | Europe/Berlin | 2026-07-15T20:00:00Z | true",
        "22:00-24:00 | | | | | Europe/Berlin | 2026-07-15T22:00:00Z | false",
        // in spring there is no 02:30, in autumn it is there twice
        "02:00-03:00 | | | | | Europe/Berlin | 2026-03-29T00:59:59Z | false",
        "02:00-03:00 | | | | | Europe/Berlin | 2026-03-29T01:00:00Z | false",
        "02:00-03:00 | | | | | Europe/Berlin | 2026-10-25T00:30:00Z | true",
        "02:00-03:00 | | | | | Europe/Berlin | 2026-10-25T01:30:00Z | true",
        "02:00-03:00 | | | | | Europe/Berlin | 2026-10-25T02:00:00Z | false",
      })
  void shouldContainTheTimesOfAllItsFields(
      String times,
      String weekdays,
      String days,
      String months,
      String years,
      String location,
      Instant at,
      boolean contained) {
    assertThat(interval(times, weekdays, days, months, years, location).contains(at))
        .isEqualTo(contained);
  }

  @Test
  void shouldAgreeWithATwinThatListsEveryMinuteAndDay() {
    Random random = new Random(5);
    ZoneId zone = ZoneId.of("America/St_Johns");
    int contained = 0;
    for (int round = 0; round < 2_000; round++) {
      // Given
      int start = random.nextInt(1_440);
      int end = start + 1 + random.nextInt(1_440 - start);
      int weekday = random.nextInt(7);
      int toWeekday = weekday + random.nextInt(7 - weekday);
      int first = 1 + random.nextInt(15);
      int last = -(1 + random.nextInt(10));
      int month = 1 + random.nextInt(12);
      int toMonth = month + random.nextInt(13 - month);
      TimeInterval interval =
          interval(
              "%02d:%02d-%02d:%02d".formatted(start / 60, start % 60, end / 60, end % 60),
              weekday + ":" + toWeekday,
              first + ":" + last,
              Month.of(month).name() + ":" + toMonth,
              null,
              zone.getId());
      Instant at = Instant.ofEpochSecond(1_700_000_000L + random.nextInt(100_000_000));

      // When
      boolean is = interval.contains(at);

      // Then
      ZonedDateTime there = at.atZone(zone);
      Set<Integer> minutes = new HashSet<>();
      for (int minute = start; minute < end; minute++) {
        minutes.add(minute);
      }
      Set<DayOfWeek> weekdays = new HashSet<>();
      for (int day = weekday; day <= toWeekday; day++) {
        weekdays.add(DayOfWeek.SUNDAY.plus(day));
      }
      List<Integer> days = new ArrayList<>();
      for (int day = 1; day <= there.toLocalDate().lengthOfMonth(); day++) {
        days.add(day);
      }
      List<Integer> chosen = days.subList(first - 1, days.size() + last + 1);
      boolean should =
          minutes.contains(there.toLocalTime().toSecondOfDay() / 60)
              && weekdays.contains(there.getDayOfWeek())
              && chosen.contains(there.getDayOfMonth())
              && there.getMonthValue() >= month
              && there.getMonthValue() <= toMonth;
      assertThat(is).as("%s at %s", interval, there).isEqualTo(should);
      contained += should ? 1 : 0;
    }
    assertThat(contained).isBetween(20, 1_980);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "22:00-06:00 | | | | | UTC | times must be such as 08:00-17:30 but was '22:00-06:00'; write a night as 22:00-24:00 and 00:00-06:00",
        "9:00-17:00 | | | | | UTC | times must be such as 08:00-17:30 but was '9:00-17:00'",
        "09:60-17:00 | | | | | UTC | times must be such as",
        "00:00-24:01 | | | | | UTC | times must be such as",
        "| friday:monday | | | | UTC | weekdays must be such as monday:friday, from 0 to 6, but was 'friday:monday'",
        "| funday | | | | UTC | weekdays must be such as monday:friday, from 0 to 6, but was 'funday'",
        "| 7 | | | | UTC | weekdays must be such as",
        "| | 0 | | | UTC | days-of-month must be such as 1:5 or -3:-1, from -31 to 31, but was '0'",
        "| | -1:5 | | | UTC | days-of-month must be such as",
        "| | -1:-3 | | | UTC | days-of-month must be such as",
        "| | 32 | | | UTC | days-of-month must be such as",
        "| | 1:2:3 | | | UTC | days-of-month must be such as",
        "| | : | | | UTC | days-of-month must be such as",
        "| | | 0:3 | | UTC | months must be such as december or 6:8, from 1 to 12, but was '0:3'",
        "| | | may:april | | UTC | months must be such as",
        "| | | | next | UTC | years must be such as 2026 or 2026:2028",
        "00:00-24:00 | | | | | Berlin | location must be a time zone such as Europe/Berlin but was 'Berlin'",
      })
  void shouldSayWhichFieldIsWrong(
      String times,
      String weekdays,
      String days,
      String months,
      String years,
      String location,
      String problem) {
    assertThatThrownBy(() -> interval(times, weekdays, days, months, years, location))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("residua.alerting.mute-times.t." + problem);
  }

  @Test
  void shouldRefuseAnIntervalThatMatchesAlways() {
    assertThatThrownBy(() -> interval(null, null, null, null, null, "UTC"))
        .hasMessageContaining("residua.alerting.mute-times.t matches always; set times, weekdays");
  }
}
