package dev.residua.renewal.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.commissioning.CommissioningReport;
import dev.residua.commissioning.CommissioningReport.Challenger;
import dev.residua.commissioning.CommissioningStatus;
import dev.residua.commissioning.LatentCalibration;
import dev.residua.commissioning.SourceCalibration;
import dev.residua.drift.CalibrationPhase;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SourceReadinessTest {
  private static final SourceCalibration OWN =
      new SourceCalibration(List.of(new LatentCalibration(0, 1, List.of(), 1, 1_000)), 1_000, 1);

  private static CommissioningReport source(
      String name, String model, boolean calibrated, @Nullable Challenger challenger) {
    return new CommissioningReport(
        name,
        7,
        Instant.EPOCH,
        model,
        "ab12",
        List.of("level"),
        status(calibrated ? CalibrationPhase.ARMED : CalibrationPhase.LEARNING, 1),
        null,
        calibrated ? OWN : null,
        challenger);
  }

  private static CommissioningStatus status(CalibrationPhase phase, double progress) {
    return new CommissioningStatus(phase, 1, progress, true, List.of("level is far"));
  }

  private static Challenger challenger(String model, CalibrationPhase phase) {
    return new Challenger(model, status(phase, 0.5));
  }

  @Test
  void shouldNotWaitForSourcesThatAreNotWatchedWithACalibrationOfTheirOwn() {
    // When
    SourceReadiness sources =
        SourceReadiness.of(
            List.of(source("new", "old", false, null), source("other", "else", true, null)),
            source -> true,
            "old",
            "next");
    // Then
    assertThat(sources.watched()).isZero();
    assertThat(sources.complete()).isTrue();
  }

  @Test
  void shouldWaitForThoseThatLearnOrNeedAReview() {
    // When
    SourceReadiness sources =
        SourceReadiness.of(
            List.of(
                source("a", "old", true, challenger("next", CalibrationPhase.ARMED)),
                source("b", "old", true, challenger("next", CalibrationPhase.LEARNING)),
                source("c", "old", true, challenger("next", CalibrationPhase.NEEDS_REVIEW))),
            source -> true,
            "old",
            "next");
    // Then
    assertThat(sources.ready()).isFalse();
    assertThat(sources.sentence())
        .isEqualTo(
            "1 of 3 sources are calibrated for it, not b (level is far), not c (level is far)");
  }

  @Test
  void shouldKnowThoseThatSendNothing() {
    // When the challenger before last has scored one of them
    SourceReadiness sources =
        SourceReadiness.of(
            List.of(
                source("a", "old", true, challenger("next", CalibrationPhase.ARMED)),
                source("b", "old", true, challenger("before", CalibrationPhase.ARMED)),
                source("c", "old", true, null)),
            source -> true,
            "old",
            "next");
    // Then
    assertThat(sources.unseen()).isEqualTo(2);
    assertThat(sources.ready()).isTrue();
    assertThat(sources.complete()).isFalse();
    assertThat(sources.sentence())
        .isEqualTo("1 of 3 sources are calibrated for it, 2 sent no frame meanwhile");
  }

  @Test
  void shouldNotWaitForSourcesOfAnotherSceneWithTheSameModel() {
    // When
    SourceReadiness sources =
        SourceReadiness.of(
            List.of(
                source("a", "old", true, challenger("next", CalibrationPhase.ARMED)),
                source("other", "old", true, null)),
            "a"::equals,
            "old",
            "next");
    // Then
    assertThat(sources.watched()).isEqualTo(1);
    assertThat(sources.complete()).isTrue();
  }
}
