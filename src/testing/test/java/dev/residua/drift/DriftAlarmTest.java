package dev.residua.drift;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DriftAlarmTest {
  private static final DriftAlarm.Levels LEVELS = new DriftAlarm.Levels(10, 4, 3);

  private static DriftReading reading(long samples, float statistic) {
    DriftReading reading = new DriftReading(1);
    reading.samples = samples;
    reading.statistic = statistic;
    reading.scaleIndex = 0;
    reading.scale = 16;
    reading.perScale[0] = statistic;
    reading.chart = 0;
    return reading;
  }

  @Test
  void shouldStartOnceAndEndAfterQuietReadingsInARow() {
    // Given
    float[] statistics = {9, 11, 30, 3, 3, 5, 3, 3, 3, 11};
    DriftAlarm alarm = DriftAlarm.QUIET;
    StringBuilder changes = new StringBuilder();
    // When
    for (int t = 0; t < statistics.length; t++) {
      DriftAlarm.Step step = alarm.next(reading(100 + t, statistics[t]), LEVELS);
      alarm = step.next();
      changes.append(step.change().name().charAt(0));
    }
    // Then
    assertThat(changes).hasToString("NSNNNNNNES");
    assertThat(alarm.startedAt()).isEqualTo(109);
    assertThat(alarm.changePoint()).isEqualTo(93);
    assertThat(alarm.peak()).isEqualTo(11);
  }

  @Test
  void shouldEndAnAlarmOfAWindowThoughAMemoryStillShowsIt() {
    // Given
    DriftReading start = reading(100, 11);
    DriftReading remembered = reading(101, 8);
    remembered.perScale[0] = 3;
    remembered.slow = 8;
    DriftAlarm alarm = DriftAlarm.QUIET.next(start, LEVELS).next();
    // When
    StringBuilder changes = new StringBuilder();
    for (int i = 0; i < LEVELS.leaveReadings(); i++) {
      DriftAlarm.Step step = alarm.next(remembered, LEVELS);
      alarm = step.next();
      changes.append(step.change().name().charAt(0));
    }
    // Then
    assertThat(changes.toString()).endsWith("E");
  }

  @Test
  void shouldKeepAnAlarmThatOnlyAMemoryShowsForLonger() {
    // Given
    DriftReading start = reading(100, 11);
    start.slow = 11;
    start.perScale[0] = 3;
    DriftAlarm alarm = DriftAlarm.QUIET.next(start, LEVELS).next();
    assertThat(alarm.slow()).isTrue();
    assertThat(alarm.restartsMemories(100 + DriftAlarm.Levels.SLOW_READINGS)).isTrue();
    assertThat(alarm.restartsMemories(101)).isFalse();
    // When
    DriftReading quiet = reading(101, 3);
    int readings = 0;
    while (alarm.drifting()) {
      alarm = alarm.next(quiet, LEVELS).next();
      readings++;
    }
    // Then
    assertThat(readings).isEqualTo(DriftAlarm.Levels.SLOW_READINGS);
  }

  @Test
  void shouldCountAnAlarmOfAMemoryAsOneOfAWindowOnceTheWindowConfirmsIt() {
    // Given
    DriftReading start = reading(100, 11);
    start.slow = 11;
    start.perScale[0] = 3;
    DriftAlarm alarm = DriftAlarm.QUIET.next(start, LEVELS).next();
    // When
    alarm = alarm.next(reading(101, 12), LEVELS).next();
    // Then
    assertThat(alarm.drifting()).isTrue();
    assertThat(alarm.slow()).isFalse();
  }
}
