package dev.residua.dynamics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class EquationSentenceTest {
  @Test
  void shouldDescribeEachEquationThatUsesEarlierFrames() {
    // Given
    DelayedCause first = new DelayedCause(0, 0, SmoothFunction.line(-1, 1, 1));
    DelayedCause late = new DelayedCause(0, 1.5, SmoothFunction.line(-1, 1, 1));
    SmoothFunction decay = SmoothFunction.line(-1, 1, -0.025);
    DynamicModel model =
        new DynamicModel(
            0.5,
            List.of(
                new DynamicEquation(Memory.FIRST_ORDER, 0, decay, List.of(), 1, 0),
                new DynamicEquation(Memory.FIRST_ORDER, 0, decay, List.of(first), 1, 0),
                new DynamicEquation(Memory.INTEGRATOR, 0, null, List.of(first), 1, 0),
                new DynamicEquation(Memory.NONE, 0, null, List.of(late), 0, 1),
                new DynamicEquation(Memory.NONE, 0, null, List.of(first), 0, 1),
                new DynamicEquation(Memory.INTEGRATOR, 0, null, List.of(), 1, 0),
                new DynamicEquation(Memory.SLOW_ERROR, 0, decay, List.of(late), 1, 1)));
    // When
    List<String> sentences =
        EquationSentence.all(
            model, List.of("valve", "plate", "level", "gauge", "lamp", "clock", "dial"));
    // Then
    assertThat(sentences)
        .containsExactly(
            "valve returns to its mean slowly (time constant 40 s)",
            "plate follows valve slowly (time constant 40 s)",
            "level adds up valve over time",
            "gauge follows valve of 1.5 s earlier",
            "clock keeps its value and drifts",
            "dial follows valve of 1.5 s earlier, with a slow error (time constant 40 s)");
  }
}
