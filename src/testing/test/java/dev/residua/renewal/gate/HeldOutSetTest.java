package dev.residua.renewal.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.frame.ImageShape;
import dev.residua.simulation.Pendulum;
import dev.residua.simulation.Scenario;
import dev.residua.simulation.ScenarioStream;
import dev.residua.testing.FramesInMemory;
import dev.residua.training.TrainingData;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldOutSetTest {
  private static final TrainingData DATA =
      new FramesInMemory(
          "ten",
          new ScenarioStream(Scenario.nominal(new Pendulum(), null, 1, 0), new ImageShape(8, 8, 1)),
          10);

  @Test
  void shouldTakeAllFramesAsOneSequence() {
    HeldOutSet all = HeldOutSet.all(DATA);
    assertThat(all.frames()).isEqualTo(10);
    assertThat(all.sequences()).hasSize(1);
    assertThat(all.sequences().get(0)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void shouldRefuseFramesThatAreNotThereOrTwice() {
    assertThatThrownBy(() -> new HeldOutSet(DATA, List.of(new int[] {0, 1}, new int[] {9, 10})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("held-out sequence 1 of ten has frame 10, expected frames in 0..9, none twice");
    assertThatThrownBy(() -> new HeldOutSet(DATA, List.of(new int[] {0, 1}, new int[] {1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("held-out sequence 1 of ten has frame 1");
    assertThatThrownBy(() -> new HeldOutSet(DATA, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("held-out frames of ten are empty");
    assertThatThrownBy(() -> new HeldOutSet(DATA, List.of(new int[0])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("held-out sequence 0 of ten is empty");
  }
}
