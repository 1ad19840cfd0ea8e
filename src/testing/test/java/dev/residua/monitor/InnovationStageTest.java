package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.ScoredFrame;
import dev.residua.dynamics.DynamicModel;
import dev.residua.dynamics.DynamicState;
import dev.residua.dynamics.Innovations;
import dev.residua.frame.FrameTiming;
import dev.residua.testing.ChangedModel;
import dev.residua.testing.DynamicEquations;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class InnovationStageTest {
  private static final int FRAMES = 40;
  private static final DynamicModel EQUATIONS = DynamicEquations.four();

  private static MonitorModel plain;
  private static MonitorThresholds thresholds;
  private static List<ScoredFrame> frames;

  @BeforeAll
  static void calibrate() {
    Random random = new Random(4);
    List<ScoredFrame> calibration = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      float[] residuals = new float[4];
      for (int k = 0; k < 4; k++) {
        residuals[k] = (float) random.nextGaussian();
      }
      calibration.add(Scored.nominal().residuals(residuals).frame(i));
    }
    plain = TestModels.ofShadow(calibration).build();
    thresholds =
        new MonitorThresholds(
            ChangedModel.of(plain, changed -> changed.dynamics = Optional.of(EQUATIONS)));
    frames = calibration.subList(0, FRAMES);
  }

  private static double seconds(ScoredFrame frame) {
    return frame.capturedAt().toEpochMilli() / 1e3;
  }

  private static double[] readings(ScoredFrame frame) {
    double[] readings = new double[4];
    Arrays.setAll(readings, k -> frame.latents()[k]);
    return readings;
  }

  @Test
  void shouldPassOnScoresOfAModelWithoutMemory() {
    // Given
    InnovationStage stage = new InnovationStage(new MonitorThresholds(plain), null);
    // Then
    assertThat(stage.next(frames.get(0), false)).isSameAs(frames.get(0));
    assertThat(stage.state()).isNull();
    assertThat(stage.history()).isNull();
  }

  @Test
  void shouldReplaceResidualsByInnovationsIfAnEquationUsesEarlierFrames() {
    // Given
    InnovationStage stage = new InnovationStage(thresholds, null);
    DynamicState state = EQUATIONS.start();
    for (int t = 0; t < FRAMES; t++) {
      ScoredFrame frame = frames.get(t);
      // When
      ScoredFrame completed = stage.next(frame, false);
      // Then
      Innovations expected = EQUATIONS.next(state, seconds(frame), readings(frame));
      state = expected.state();
      for (int k = 0; k < 3; k++) {
        assertThat(Float.valueOf(completed.expected()[k]))
            .isEqualTo(Float.valueOf((float) expected.expected()[k]));
        assertThat(Float.isNaN(completed.statistics().pValues()[k]))
            .as("node %d of frame %d is unknown", k, t)
            .isEqualTo(t < (k == 2 ? 2 : 1));
      }
      assertThat(completed.residuals()[3]).isEqualTo(frame.residuals()[3]);
      assertThat(completed.latents()).isEqualTo(frame.latents());
    }
    assertThat(stage.state().readings()).isEqualTo(stage.history().state());
  }

  @Test
  void shouldGiveEqualBitsAfterARestore() {
    // Given
    InnovationStage whole = new InnovationStage(thresholds, null);
    InnovationStage first = new InnovationStage(thresholds, null);
    for (ScoredFrame frame : frames.subList(0, 20)) {
      whole.next(frame, false);
      first.next(frame, false);
    }
    InnovationStage restored = new InnovationStage(thresholds, first.state());
    for (ScoredFrame frame : frames.subList(20, FRAMES)) {
      // When
      ScoredFrame completed = restored.next(frame, false);
      // Then
      assertThat(completed.residuals()).isEqualTo(whole.next(frame, false).residuals());
    }
  }

  @Test
  void shouldNotLearnFromFramesOfAFault() {
    // Given
    InnovationStage stage = new InnovationStage(thresholds, null);
    frames.subList(0, 20).forEach(frame -> stage.next(frame, false));
    // When
    for (ScoredFrame frame : frames.subList(20, 22)) {
      ScoredFrame faulty = stage.next(frame, true);
      // Then
      assertThat(faulty.latents()).isEqualTo(frame.latents());
    }
    ScoredFrame after = stage.next(frames.get(22), false);
    assertThat(stage.state().readings().readings()[4 * 20 + 1]).isNaN();
    assertThat(after.residuals()[0]).as("has no causes").isNotNaN();
    assertThat(after.residuals()[1]).as("its cause was unknown").isNaN();
  }

  @Test
  void shouldStartAgainIfTimeGoesBack() {
    // Given
    InnovationStage stage = new InnovationStage(thresholds, null);
    frames.subList(0, 20).forEach(frame -> stage.next(frame, false));
    ScoredFrame hourAhead = Scored.nominal().frame(72_000);
    stage.next(hourAhead, false);
    // When
    ScoredFrame first = stage.next(frames.get(20), false);
    ScoredFrame second = stage.next(frames.get(21), false);
    ScoredFrame third = stage.next(frames.get(22), false);
    // Then
    assertThat(first.residuals()[0]).isNaN();
    assertThat(second.residuals()[0]).isNotNaN();
    assertThat(third.residuals()).as("innovations").doesNotContain(Float.NaN);
  }

  @Test
  void shouldPassOnALateFrame() {
    // Given
    InnovationStage stage = new InnovationStage(thresholds, null);
    frames.subList(0, 20).forEach(frame -> stage.next(frame, false));
    DynamicState before = stage.state().readings();
    ScoredFrame late =
        Scored.nominal().timing(new FrameTiming(FrameTiming.Arrival.LATE, 0)).frame(10);
    // When
    ScoredFrame passed = stage.next(late, false);
    // Then
    assertThat(passed).isSameAs(late);
    assertThat(stage.state().readings()).isSameAs(before);
  }

  @Test
  void shouldRelyOnALatentAfterEightFramesThatShowIt() {
    // Given
    InnovationStage stage = new InnovationStage(thresholds, null);
    frames.subList(0, 10).forEach(frame -> stage.next(frame, false));
    ScoredFrame hiding = Scored.nominal().residuals(0, 0, 0, Float.NaN).unknown(3).frame(10);
    // When
    stage.next(hiding, false);
    for (ScoredFrame frame : frames.subList(11, 19)) {
      InnovationStage restored = new InnovationStage(thresholds, stage.state());
      stage.next(frame, false);
      restored.next(frame, false);
      // Then
      assertThat(newest(stage)[3]).isNaN();
      assertThat(newest(restored)).isEqualTo(newest(stage));
    }
    stage.next(frames.get(19), false);
    assertThat(newest(stage)).isEqualTo(readings(frames.get(19)));
  }

  private static double[] newest(InnovationStage stage) {
    double[] all = stage.state().readings().readings();
    return Arrays.copyOfRange(all, all.length - 4, all.length);
  }
}
