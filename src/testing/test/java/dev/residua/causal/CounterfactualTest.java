package dev.residua.causal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * a -> b -> c and a -> c, linear: b = 1 + 2 a + n, c = b - 3 a + n; d has neither causes nor
 * effects.
 */
class CounterfactualTest {
  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("a", "b", "c", "d"),
          new boolean[][] {
            {false, true, true, false},
            {false, false, true, false},
            {false, false, false, false},
            {false, false, false, false}
          });

  private static final StructuralEquations EQUATIONS =
      new StructuralEquations(
          new float[] {0, 1, 0, 0},
          new float[] {0, 2, -3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
          new float[0],
          new float[0],
          new float[0]);

  /** Residuals: b 0.5, c -0.25. */
  private static final float[] FRAME = {0.5f, 2.5f, 0.75f, -1};

  private static float[] with(Map<Integer, Float> set) {
    return Counterfactual.of(EQUATIONS, GRAPH, FRAME, set);
  }

  @Test
  void shouldShowTheFrameItselfWhereNothingIsSet() {
    assertThat(with(Map.of())).containsExactly(FRAME, within(1e-6f));
  }

  @Test
  void shouldMoveAllEffectsAndKeepTheResiduals() {
    // b = 1 + 2 * 1 + 0.5, c = 3.5 - 3 * 1 - 0.25
    assertThat(with(Map.of(0, 1f)))
        .containsExactly(new float[] {1, 3.5f, 0.25f, -1}, within(1e-6f));
  }

  @Test
  void shouldNotMoveCauses() {
    // c = 0 - 3 * 0.5 - 0.25
    assertThat(with(Map.of(1, 0f)))
        .containsExactly(new float[] {0.5f, 0, -1.75f, -1}, within(1e-6f));
    assertThat(with(Map.of(2, 9f))).containsExactly(new float[] {0.5f, 2.5f, 9, -1}, within(1e-6f));
  }

  @Test
  void shouldCutANodeThatIsSetFromItsCauses() {
    // a moves c directly and not over b: c = 0 - 3 * 1 - 0.25
    assertThat(with(Map.of(0, 1f, 1, 0f)))
        .containsExactly(new float[] {1, 0, -3.25f, -1}, within(1e-6f));
  }

  @Test
  void shouldTakeAMissingVariableAsItsMean() {
    float[] frame = FRAME.clone();
    frame[3] = Float.NaN;
    assertThat(Counterfactual.of(EQUATIONS, GRAPH, frame, Map.of())[3]).isZero();
  }

  @Test
  void shouldRefuseANodeThatDoesNotExist() {
    assertThatThrownBy(() -> with(Map.of(4, 1f)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 nodes");
  }
}
