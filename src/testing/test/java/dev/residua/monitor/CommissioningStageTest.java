package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.drift.CalibrationPhase;
import dev.residua.testing.TestModels;
import org.junit.jupiter.api.Test;

class CommissioningStageTest {
  private static final SourceSettings LEARNS = SourceSettings.NONE.withCommissioned(true);

  private final StageFrames frames = new StageFrames(1);
  private final CommissioningStage stage = CommissioningStage.start(StageFrames.thresholds());

  @Test
  void shouldUseTheCalibrationOfTheModelUntilASourceLearns() {
    // When
    Normalized normal = stage.normalize(frames.next(0, 1).scored());
    // Then
    assertThat(normal.scores()).isEqualTo(normal.own());
    assertThat(stage.score(normal).phase()).isEqualTo(CalibrationPhase.MODEL);
    // When
    boolean changed = stage.follow(LEARNS);
    stage.enter(frames.next(0, 1).scored());
    normal = stage.normalize(frames.next(0, 1).scored());
    // Then
    assertThat(changed).isTrue();
    assertThat(stage.follow(LEARNS)).isFalse();
    assertThat(normal.scores()).isNull();
    assertThat(stage.score(normal).phase()).isEqualTo(CalibrationPhase.LEARNING);
    assertThat(stage.scores()).isZero();
  }

  @Test
  void shouldArmOnceItHasLearnedFromEnoughFrames() {
    // Given
    stage.follow(LEARNS);
    // When
    boolean changed = false;
    for (int i = 0; i < 1_500 && stage.scores() == 0; i++) {
      MonitoredFrame frame = frames.next(0, 1);
      stage.enter(frame.scored());
      changed |= stage.learn(frame, stage.normalize(frame.scored()), false);
      stage.watched(frame.capturedAt());
    }
    // Then
    assertThat(changed).isTrue();
    assertThat(stage.scores()).isGreaterThan(900);
    assertThat(stage.state().watchedSince()).isNotNull();
    assertThat(stage.levels(10_000).residuals().condition()).contains("from which it learned");
    // When
    CommissioningStage restored =
        CommissioningStage.restore(StageFrames.thresholds(), stage.state());
    // Then
    assertThat(restored.levels(10_000).residuals().threshold())
        .isEqualTo(stage.levels(10_000).residuals().threshold());
  }

  @Test
  void shouldTakeAcceptedShiftsOffTheResiduals() {
    // Given
    MonitoredFrame frame = frames.next(2, 1);
    float before = stage.normalize(frame.scored()).own()[TestModels.LENGTH];
    // When
    stage.acceptResiduals(new float[] {0, 0, 2, 0});
    // Then
    assertThat(stage.normalize(frame.scored()).own()[TestModels.LENGTH]).isEqualTo(before - 2);
    assertThat(stage.state().accepted().latents()).containsOnlyKeys("shadow_length");
    // When another model scores the source
    CommissioningStage next =
        CommissioningStage.carryOver(
            StageFrames.thresholds(), stage.state(), "another", frame.moment());
    // Then
    assertThat(next.isSettling()).isTrue();
    assertThat(next.refusal()).startsWith("the model is new for this source");
  }

  @Test
  void shouldForgetAllThatItLearnedWhenOtherPartsOfThePicturesAreRead() {
    // Given
    stage.acceptPicture(new float[] {0.5f, 0});
    SourceSettings cropped =
        new SourceSettings(
            LEARNS.budget(),
            LEARNS.lowestSeverity(),
            LEARNS.labels(),
            false,
            LEARNS.learnAgain(),
            7);
    // When
    boolean changed = stage.isReadOtherwise(cropped) && stage.follow(cropped);
    // Then
    assertThat(changed).isTrue();
    assertThat(stage.state().geometry()).isEqualTo(7);
    assertThat(stage.state().accepted().picture()).containsOnly(0);
  }
}
