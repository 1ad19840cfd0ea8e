package dev.residua.commissioning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.drift.CalibrationPhase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommonShiftTest {
  private static CommissioningReport source(
      String name, CalibrationPhase phase, double lamp, double spread) {
    return new CommissioningReport(
        name,
        9,
        Instant.EPOCH,
        "m1",
        "ab12",
        List.of("valve", "lamp"),
        new CommissioningStatus(phase, 1, 1, true, List.of()),
        null,
        new SourceCalibration(
            List.of(
                new LatentCalibration(0.1, spread, List.of(), 1, 1_000),
                new LatentCalibration(lamp, 1, List.of(), 1, 1_000)),
            1_000,
            1),
        null);
  }

  @Test
  void shouldFindWhatAllSourcesToReviewHaveInCommon() {
    // Given sources that need a review, and one that does not
    List<CommissioningReport> reports = new ArrayList<>();
    reports.add(source("a", CalibrationPhase.NEEDS_REVIEW, 3.2, 1));
    reports.add(source("b", CalibrationPhase.NEEDS_REVIEW, 4.1, 1.8));
    reports.add(source("c", CalibrationPhase.NEEDS_REVIEW, 3.6, 1));
    reports.add(source("d", CalibrationPhase.ARMED, 0, 1));
    // When
    List<CommonShift> common = CommonShift.of(reports);
    // Then
    assertThat(common)
        .extracting(CommonShift::sentence)
        .containsExactly(
            "all 3 sources that need a review differ from model m1 in the same way: lamp is 3.2 to"
                + " 4.1 standard deviations from its level");
  }

  @Test
  void shouldSayNothingOfFewOrUnlikeSources() {
    CommissioningReport up = source("a", CalibrationPhase.NEEDS_REVIEW, 3.2, 1);
    CommissioningReport down = source("b", CalibrationPhase.NEEDS_REVIEW, -3.2, 1);
    assertThat(CommonShift.of(List.of(up, up))).isEmpty();
    assertThat(CommonShift.of(List.of(up, up, down))).isEmpty();
    assertThat(CommonShift.of(List.of(down, down, down)))
        .extracting(CommonShift::latent)
        .containsExactly("lamp");
  }
}
