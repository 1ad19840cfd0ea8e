package dev.residua.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.training.RunSelection.Run;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RunSelectionTest {
  private static Run run(long seed, double reconstruction, double label, double dependence) {
    return new Run(
        seed, reconstruction, OptionalDouble.of(label), dependence, OptionalDouble.of(0.9));
  }

  @Test
  void shouldTakeTheLowestReconstructionAmongRunsThatPass() {
    // Given
    List<Run> runs =
        List.of(
            run(1, 0.010, 0.20, 0.06), // labels missed
            run(2, 0.012, 0.10, 0.30), // residuals dependent
            run(3, 0.020, 0.10, 0.07),
            run(4, 0.015, 0.14, 0.08));
    // When
    // Then
    assertThat(RunSelection.choose(runs)).isEqualTo(3);
  }

  @Test
  void shouldPreferTheMoreStableGraphWhereReconstructionIsEqual() {
    // Given
    OptionalDouble label = OptionalDouble.of(0.1);
    List<Run> runs =
        List.of(
            new Run(1, 0.0100, label, 0.05, OptionalDouble.of(0.6)),
            new Run(2, 0.0104, label, 0.05, OptionalDouble.of(0.9)),
            new Run(3, 0.0120, label, 0.05, OptionalDouble.of(1)));
    // When
    // Then
    assertThat(RunSelection.choose(runs)).isEqualTo(1);
  }

  @Test
  void shouldChooseWithoutLabelsAndWhereNoResidualsPass() {
    // Given
    List<Run> runs =
        List.of(
            new Run(1, 0.03, OptionalDouble.empty(), 0.2, OptionalDouble.empty()),
            new Run(2, 0.02, OptionalDouble.empty(), 0.3, OptionalDouble.empty()));
    // When
    // Then
    assertThat(RunSelection.choose(runs)).isEqualTo(1);
    assertThatIllegalArgumentException().isThrownBy(() -> RunSelection.choose(List.of()));
  }
}
