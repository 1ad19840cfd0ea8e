package dev.residua.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActiveHoursTest {
  private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mon-Fri 06:00-22:00 Europe/Berlin              | 2026-11-23T05:00:00Z | true",
        "Mon-Fri 06:00-22:00 Europe/Berlin              | 2026-11-23T04:59:59Z | false",
        "Mon-Fri 06:00-22:00 Europe/Berlin              | 2026-11-23T21:00:00Z | false",
        "Mon-Fri 06:00-22:00 Europe/Berlin              | 2026-11-22T12:00:00Z | false",
        "Mon-Fri 06:00-22:00, Sat 08:00-14:00 UTC       | 2026-11-28T08:00:00Z | true",
        "22:00-06:00 UTC                                | 2026-11-28T03:00:00Z | true",
        "Sun 22:00-06:00 UTC                            | 2026-11-23T05:59:00Z | true",
        "Sun 22:00-06:00 UTC                            | 2026-11-24T05:59:00Z | false",
        "Fri-Mon 00:00-24:00 UTC                        | 2026-11-22T12:00:00Z | true",
        "Fri-Mon 00:00-24:00 UTC                        | 2026-11-24T12:00:00Z | false",
        "06:00-22:00 Europe/Berlin                      | 2026-07-01T04:00:00Z | true",
      })
  void shouldContainTheHoursOfItsZone(String hours, Instant time, boolean inside) {
    assertThat(ActiveHours.parse(hours).contain(time)).isEqualTo(inside);
  }

  /** The twin walks back minute by minute and compares times of a day. */
  @Property(seed = "11", tries = 200)
  void shouldCountFromTheStartOfTheMergedPeriod(
      @ForAll @IntRange(max = 6) int first,
      @ForAll @IntRange(max = 6) int last,
      @ForAll @IntRange(max = 23) int from,
      @ForAll @IntRange(max = 24) int until,
      @ForAll @IntRange(max = 10_079) int minute) {
    if (from == until) {
      return;
    }
    // Given
    ActiveHours hours =
        ActiveHours.parse(
            "%s-%s %02d:00-%02d:00 Europe/Berlin"
                .formatted(DAYS.get(first), DAYS.get(last), from, until));
    LocalDateTime local = LocalDateTime.of(2026, 11, 16, 0, 0).plusMinutes(minute);

    // When
    Duration since = hours.activeSince(local.atZone(BERLIN).toInstant());

    // Then
    int back = 0;
    while (back <= 10_080 && twin(local.minusMinutes(back), first, last, from, until)) {
      back++;
    }
    assertThat(since).isEqualTo(Duration.ofMinutes(Math.max(0, back - 1)));
  }

  private static boolean twin(LocalDateTime at, int first, int last, int from, int until) {
    int day = at.getDayOfWeek().ordinal();
    boolean today = covers(day, first, last);
    boolean yesterday = covers((day + 6) % 7, first, last);
    if (from < until) {
      return today && at.getHour() >= from && at.getHour() < until;
    }
    return (today && at.getHour() >= from) || (yesterday && at.getHour() < until);
  }

  private static boolean covers(int day, int first, int last) {
    return first <= last ? day >= first && day <= last : day >= first || day <= last;
  }

  @Test
  void shouldCountAtMostAWeekWhereItIsAlwaysActive() {
    // When
    Duration since =
        ActiveHours.parse("00:00-24:00 UTC").activeSince(Instant.parse("2026-11-26T12:00:30Z"));

    // Then
    assertThat(since).isEqualTo(Duration.ofDays(7).plusSeconds(30));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "06:00-22:00",
        "06:00-22:00 Mars/Base",
        "6-22 UTC",
        "Mo 06:00-22:00 UTC",
        "Xyz 06:00-22:00 UTC",
        "06:00-06:00 UTC",
        "24:00-06:00 UTC",
        "06:60-07:00 UTC",
        "06:00-25:00 UTC"
      })
  void shouldShowAnExampleForWhatIsNoHours(String hours) {
    assertThatThrownBy(() -> ActiveHours.parse(hours))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("expected such as Mon-Fri 06:00-22:00 Europe/Berlin");
  }
}
