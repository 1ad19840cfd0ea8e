package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.renewal.trigger.Schedule;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class CronScheduleTest {
  @Test
  void shouldNameTheNextMondayAtThree() {
    Schedule schedule = CronSchedule.of("0 3 * * 1", ZoneOffset.UTC);

    // 2026-03-01 is a Sunday
    assertThat(schedule.next(Instant.parse("2026-03-01T12:00:00Z")))
        .contains(Instant.parse("2026-03-02T03:00:00Z"));
    assertThat(schedule.next(Instant.parse("2026-03-02T03:00:00Z")))
        .contains(Instant.parse("2026-03-09T03:00:00Z"));
  }

  @Test
  void shouldFollowTheClockOfItsZone() {
    // Given three o'clock in Berlin, which is an hour earlier in UTC in summer
    Schedule schedule = CronSchedule.of("0 3 * * *", ZoneId.of("Europe/Berlin"));

    assertThat(schedule.next(Instant.parse("2026-01-10T12:00:00Z")))
        .contains(Instant.parse("2026-01-11T02:00:00Z"));
    assertThat(schedule.next(Instant.parse("2026-07-10T12:00:00Z")))
        .contains(Instant.parse("2026-07-11T01:00:00Z"));
  }

  @Test
  void shouldExplainAnInvalidExpression() {
    assertThatThrownBy(() -> CronSchedule.of("0 25 * * 1", ZoneOffset.UTC))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("five fields")
        .hasMessageContaining("'0 25 * * 1'")
        .hasMessageContaining("25");
  }
}
