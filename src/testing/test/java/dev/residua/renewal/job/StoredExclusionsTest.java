package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.drift.CalibrationPhase;
import dev.residua.frame.ValidTimeRange;
import dev.residua.incident.ControlCommand.Period;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoredExclusionsTest {
  private static final Instant WATCHED = Instant.parse("2026-03-01T12:00:00Z");

  private static CommissioningReport report(
      CalibrationPhase phase, @Nullable Instant watchedSince) {
    return new CommissioningReport(
        "cam1",
        7,
        WATCHED,
        "model",
        "ab12",
        List.of("level"),
        new CommissioningStatus(phase, 1, 0.5, true, List.of()),
        watchedSince,
        null,
        null);
  }

  @Test
  void shouldExcludeAllFramesOfASourceThatIsNotWatchedYet() {
    assertThat(StoredExclusions.unwatched(report(CalibrationPhase.LEARNING, null)))
        .contains(new Period(Instant.EPOCH, ValidTimeRange.END));
    assertThat(StoredExclusions.unwatched(report(CalibrationPhase.NEEDS_REVIEW, null)))
        .contains(new Period(Instant.EPOCH, ValidTimeRange.END));
  }

  @Test
  void shouldExcludeTheFramesBeforeASourceWasWatched() {
    assertThat(StoredExclusions.unwatched(report(CalibrationPhase.ARMED, WATCHED)))
        .contains(new Period(Instant.EPOCH, WATCHED));
  }

  @Test
  void shouldExcludeNothingWhereTheModelsCalibrationIsInUse() {
    assertThat(StoredExclusions.unwatched(report(CalibrationPhase.MODEL, null))).isEmpty();
    assertThat(StoredExclusions.unwatched(report(CalibrationPhase.ARMED, Instant.EPOCH))).isEmpty();
  }
}
