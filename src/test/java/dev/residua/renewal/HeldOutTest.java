package dev.residua.renewal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.dataset.Pendulum;
import dev.residua.dataset.Scenario;
import dev.residua.dataset.ScenarioStream;
import dev.residua.frame.ImageShape;
import dev.residua.testing.FramesInMemory;
import dev.residua.training.TrainingData;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldOutTest {
  private static final TrainingData DATA =
      new FramesInMemory(
          "ten",
          new ScenarioStream(Scenario.nominal(new Pendulum(), null, 1, 0), new ImageShape(8, 8, 1)),
          10);

  @Test
  void shouldTakeAllFramesAsOneSequence() {
    HeldOut all = HeldOut.all(DATA);
    assertThat(all.frames()).isEqualTo(10);
    assertThat(all.sequences()).hasSize(1);
    assertThat(all.sequences().get(0)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void shouldRefuseFramesThatAreNotThereOrTwice() {
    assertThatThrownBy(() -> new HeldOut(DATA, List.of(new int[] {0, 1}, new int[] {9, 10})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("held-out sequence 1 of ten has frame 10, expected frames in 0..9, none twice");
    assertThatThrownBy(() -> new HeldOut(DATA, List.of(new int[] {0, 1}, new int[] {1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("held-out sequence 1 of ten has frame 1");
    assertThatThrownBy(() -> new HeldOut(DATA, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("held-out frames of ten are empty");
    assertThatThrownBy(() -> new HeldOut(DATA, List.of(new int[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("held-out sequence 0 of ten is empty");
  }
}
