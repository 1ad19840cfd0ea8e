package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.ChangePoint;
import dev.residua.causal.ScoredFrame;
import dev.residua.drift.DriftEvent;
import dev.residua.frame.FramePosition;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeStageTest {
  private final StageFrames frames = new StageFrames(1);
  private final MonitorStages stages = StageFrames.stages();
  private final List<String> drifts = new ArrayList<>();

  private void next(ChangeStage stage, int count, float shift, float blur) {
    for (int i = 0; i < count; i++) {
      MonitoredFrame frame = frames.next(shift, blur);
      stage.arrived(frame);
      stage.next(frame, stages.commissioning.normalize(frame.scored()), false, false);
      for (DriftEvent event : frame.events().drifts) {
        drifts.add(event.channel() + " " + event.kind());
      }
    }
  }

  @Test
  void shouldReportChangesOfResidualsAndOfThePicture() {
    // Given
    next(stages.change, 200, 0, 1);
    assertThat(drifts).isEmpty();
    // When
    next(stages.change, 40, 3, 1);
    next(stages.change, 200, 0, 1);
    next(stages.change, 40, 0, 4);
    // Then
    assertThat(drifts).containsExactly("RESIDUAL ONSET", "RESIDUAL END", "PICTURE ONSET");
    assertThat(stages.change.isAlarming()).isTrue();
    assertThat(stages.change.frames()).isEqualTo(480);
  }

  @Test
  void shouldStateTheFramesOfTheChartThatAlarms() {
    // Given
    next(stages.change, 600, 0, 1);
    String explanation = "";
    // When a change is too small for windows of 128 frames
    for (int i = 0; i < 2_000 && explanation.isEmpty(); i++) {
      MonitoredFrame frame = frames.next(0.3F, 1);
      stages.change.arrived(frame);
      Normalized normal = stages.commissioning.normalize(frame.scored());
      stages.change.next(frame, normal, true, false);
      for (DriftEvent event : frame.events().drifts) {
        explanation = event.finding().summary().explanation();
      }
    }
    // Then
    assertThat(explanation).contains("the residuals of the last 512 frames");
  }

  @Test
  void shouldStateTheFramesOfTheChartThatAlarmsOfThePicture() {
    // Given
    next(stages.change, 600, 0, 1);
    String explanation = "";
    // When a change is too small for windows of 128 frames
    for (int i = 0; i < 2_000 && explanation.isEmpty(); i++) {
      MonitoredFrame frame = frames.next(0, 1.04F);
      stages.change.arrived(frame);
      Normalized normal = stages.commissioning.normalize(frame.scored());
      stages.change.next(frame, normal, false, false);
      for (DriftEvent event : frame.events().drifts) {
        assertThat(event.channel()).isEqualTo(DriftEvent.Channel.PICTURE);
        explanation = event.finding().summary().explanation();
      }
    }
    // Then
    assertThat(explanation).contains("the pictures of the last 512 frames");
  }

  @Test
  void shouldKnowTimeAndPositionOfTheBeginOfAChange() {
    // Given
    next(stages.change, 200, 0, 1);
    // When
    next(stages.change, 40, 3, 1);
    // Then
    MonitoredFrame last = frames.next(3, 1);
    ChangePoint change = stages.change.changePoint(last.scored(), stages.change.residuals());
    assertThat(change.sequence()).isBetween(195L, 205L);
    assertThat(change.at()).isEqualTo(Scored.time(change.sequence()));
    assertThat(change.position())
        .isEqualTo(new FramePosition("residua.frames", 0, change.sequence()));
  }

  @Test
  void shouldNotGuessThePositionOfAFrameOnAnotherPartition() {
    // Given
    next(stages.change, 200, 0, 1);
    next(stages.change, 40, 3, 1);
    MonitoredFrame last = frames.next(3, 1);
    // When
    stages.change.arrived(frames.onPartition(last, 7));
    // Then
    ChangePoint change = stages.change.changePoint(last.scored(), stages.change.residuals());
    assertThat(change.at()).isEqualTo(Scored.time(change.sequence()));
    assertThat(change.position()).isNull();
  }

  @Test
  void shouldContinueFromItsState() {
    // Given
    ChangeStage.Levels levels = StageFrames.thresholds().levels(10_000);
    next(stages.change, 300, 0, 1);
    // When
    ChangeStage restored =
        ChangeStage.restore(StageFrames.model(), levels, stages.change.state(), null);
    MonitoredFrame frame = frames.next(0, 1);
    Normalized normal = stages.commissioning.normalize(frame.scored());
    restored.arrived(frame);
    restored.next(frame, normal, false, false);
    stages.change.arrived(frame);
    stages.change.next(frame, normal, false, false);
    // Then
    assertThat(restored.state()).usingRecursiveComparison().isEqualTo(stages.change.state());
  }

  @Test
  void shouldNotContinueFromTheStateOfAnotherReference() {
    // Given
    List<ScoredFrame> calibration = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      calibration.add(frames.next(0, 1).scored());
    }
    MonitorModel other = TestModels.ofShadow(calibration).build();
    ChangeStage.Levels levels = ChangeStage.Levels.of(other, 10_000);
    // When
    ChangeStage restored = ChangeStage.restore(other, levels, stages.change.state(), null);
    // Then
    assertThat(restored).isNull();
  }

  @Test
  void shouldRestartOnlyDetectorsWithoutAnEarlierAlarmAfterAFault() {
    // Given
    next(stages.change, 200, 0, 1);
    next(stages.change, 40, 3, 1);
    // When a fault of the camera began long after the alarm
    boolean restarted = stages.change.afterFault(1_000);
    // Then
    assertThat(restarted).isFalse();
    assertThat(stages.change.residuals().alarm().drifting()).isTrue();
    assertThat(stages.change.picture().detector.count()).isZero();
    // When it began with the alarm
    restarted = stages.change.afterFault(201);
    // Then
    assertThat(restarted).isTrue();
    assertThat(stages.change.frames()).isZero();
  }
}
