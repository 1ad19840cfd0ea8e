package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.anomaly.SensorMonitor;
import dev.residua.frame.CameraMotion;
import dev.residua.frame.SensorReadings;
import dev.residua.incident.Subject;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.DynamicEquations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SensorStageTest {
  private final StageFrames frames = new StageFrames(1);
  private final SensorStage stage =
      new SensorStage(
          ChangedModel.of(StageFrames.model(), model -> model.variables = 1),
          SensorStage.State.START);
  private final List<AnomalyKind> reported = new ArrayList<>();
  private final List<String> said = new ArrayList<>();
  private int hash;

  private boolean next(long hash, boolean lacksVariable) {
    var scored = frames.scored(0, 1).sensor(new SensorReadings(128, 0, 0, 100, 1, hash));
    MonitoredFrame frame =
        frames.of(lacksVariable ? scored.residuals(0, 0, 0, Float.NaN).unknown(3) : scored);
    boolean ended = stage.next(frame, 77);
    frame.events().anomalies.stream().map(AnomalyEvent::kind).forEach(reported::add);
    assertThat(frame.events().reports).hasSameSizeAs(frame.events().anomalies);
    return ended;
  }

  @Test
  void shouldReportAFrozenCameraOnceAndNoticeTheEnd() {
    // When
    for (int i = 0; i < 30; i++) {
      assertThat(next(5, false)).isFalse();
    }
    // Then
    assertThat(reported).containsExactly(AnomalyKind.FROZEN);
    assertThat(stage.fault()).isEqualTo(AnomalyKind.FROZEN);
    assertThat(stage.faultSince()).isEqualTo(77);
    assertThat(stage.subject()).isEqualTo(Subject.sensor(AnomalyKind.FROZEN));
    // When
    boolean ended = next(6, false);
    // Then
    assertThat(ended).isTrue();
    assertThat(stage.subject()).isNull();
  }

  @Test
  void shouldReportFramesWithoutAVariableAfterSixteenOfThem() {
    // When
    for (int i = 0; i < 15; i++) {
      next(i, true);
    }
    // Then
    assertThat(stage.subject()).isNull();
    // When
    next(15, true);
    next(16, true);
    // Then
    assertThat(reported).containsExactly(AnomalyKind.VARIABLE_MISSING);
    assertThat(stage.subject()).isEqualTo(Subject.VARIABLE_MISSING);
    assertThat(stage.fault()).as("the pictures are usable").isNull();
  }

  private void nextHiding(SensorStage of, float last, int count) {
    for (int i = 0; i < count; i++) {
      MonitoredFrame frame =
          frames.of(frames.scored(0, 1).residuals(0, 0, i == 0 ? last : Float.NaN, 0).unknown(2));
      of.next(frame, 77);
      frame.events().anomalies.forEach(event -> reported.add(event.kind()));
      frame.events().anomalies.forEach(event -> said.add(event.finding().summary().explanation()));
    }
  }

  @Test
  void shouldReportALatentThatEightFramesDoNotShow() {
    // When
    nextHiding(stage, 0.5f, 8);
    // Then
    assertThat(stage.subject()).isNull();
    // When
    nextHiding(stage, 0.5f, 2);
    // Then
    assertThat(reported).containsExactly(AnomalyKind.UNREADABLE);
    assertThat(stage.subject()).isEqualTo(Subject.UNREADABLE);
    assertThat(stage.fault()).as("the pictures are usable").isNull();
    assertThat(said.get(0))
        .startsWith("shadow length cannot be read: in 8 of the last 32 frames")
        .contains("(last value: shadow length ");
  }

  @Test
  void shouldForgetHiddenFramesOnceAsManyShowAllLatents() {
    // Given
    nextHiding(stage, 0.5f, 27);
    // When
    for (int i = 0; i < 8; i++) {
      assertThat(stage.subject()).isEqualTo(Subject.UNREADABLE);
      next(i, false);
    }
    // Then
    for (int i = 8; i < 40; i++) {
      assertThat(stage.subject()).isNull();
      next(i, false);
    }
    assertThat(reported).containsExactly(AnomalyKind.UNREADABLE);
  }

  /** Frames of a camera that is shifted, with one estimate of its position in two. */
  private void nextShifted(float right, boolean hiding, int count) {
    for (int i = 0; i < count; i++) {
      CameraMotion motion = i % 2 == 0 ? new CameraMotion(right, 0, 0, 1) : null;
      var scored =
          frames.scored(0, 1).sensor(new SensorReadings(128, 0, 0, 100, 1, ++hash, motion));
      MonitoredFrame frame =
          frames.of(hiding ? scored.residuals(0, 0, Float.NaN, 0).unknown(2) : scored);
      stage.next(frame, 77);
      frame.events().anomalies.forEach(event -> reported.add(event.kind()));
    }
  }

  @Test
  void shouldReportAMovedCameraRatherThanLatentsThatItHides() {
    // Given
    nextShifted(0, false, 80);
    // When
    nextShifted(0.03f, true, 60);
    // Then
    assertThat(reported).containsExactly(AnomalyKind.MOVED);
    assertThat(stage.subject()).isEqualTo(Subject.MOVED);
    // When it is put back
    nextShifted(0, false, 60);
    // Then
    assertThat(stage.subject()).isNull();
    // When something hides a latent
    nextShifted(0, true, 8);
    // Then
    assertThat(reported).containsExactly(AnomalyKind.MOVED, AnomalyKind.UNREADABLE);
  }

  @Test
  void shouldNotReportALatentOfASequenceThatLeftTheValuesOfTheTraining() {
    // Given a model of consecutive frames
    SensorStage sequence =
        new SensorStage(
            ChangedModel.of(
                StageFrames.model(),
                model -> model.dynamics = Optional.of(DynamicEquations.four())),
            SensorStage.State.START);
    // When
    nextHiding(sequence, 9, 20);
    // Then
    assertThat(reported).isEmpty();
    // When
    nextHiding(stage, 9, 20);
    // Then
    assertThat(reported).containsExactly(AnomalyKind.UNREADABLE);
  }

  @Test
  void shouldNotMissAVariableIfAResidualDependsOnEarlierFrames() {
    // When
    for (int i = 0; i < 20; i++) {
      stage.next(frames.of(frames.scored(0, 1).unknown(2)), 77);
    }
    // Then
    assertThat(stage.subject()).isNull();
  }

  @Test
  void shouldKeepOnlyTheVariablesWhenOtherPartsOfThePicturesAreRead() {
    // Given
    for (int i = 0; i < 20; i++) {
      next(5, true);
    }
    // When
    stage.restart();
    // Then
    assertThat(stage.fault()).isNull();
    assertThat(stage.state().pictures()).isEqualTo(SensorMonitor.START);
    assertThat(stage.subject()).isEqualTo(Subject.VARIABLE_MISSING);
  }
}
