package dev.residua.intervention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Summary;
import dev.residua.dynamics.DynamicChange;
import dev.residua.dynamics.DynamicHistory;
import dev.residua.dynamics.DynamicModel;
import dev.residua.testing.DynamicEquations;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EquationChangeSentenceTest {
  private static final DynamicModel EQUATIONS = DynamicEquations.four();

  private static CausalGraph graph() {
    boolean[][] edges = new boolean[4][4];
    edges[0][1] = true;
    edges[1][2] = true;
    return CausalGraph.of(List.of("pump", "level", "gauge", "light"), edges);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          PUSH     | 1 | -1 | 0.5   | Level gains more than its causes explain
          PUSH     | 1 | -1 | -0.5  | Level loses more than its causes explain
          OFFSET   | 2 | -1 | 1.2   | Gauge reads higher than expected
          OFFSET   | 2 | -1 | -1.2  | Gauge reads lower than expected
          GAIN     | 2 | 0  | 0.42  | Gauge follows level only 42 % as strongly
          GAIN     | 2 | 0  | 2.51  | Gauge follows level 2.5 times as strongly
          GAIN     | 2 | 0  | -0.7  | Gauge follows level in the opposite direction
          RESPONSE | 1 | -1 | 0.5   | Level follows its causes only 50 % as fast
          DELAY    | 2 | 0  | 0.25  | Gauge follows level after 0.25 s instead of 0.1 s
          HELD     | 2 | -1 | 0.333 | Gauge is held at 0.33
          """)
  void shouldSayWhichEquationChangedAndHow(
      DynamicChange.Kind kind, int latent, int cause, double size, String headline) {
    // Given
    EquationChangeSentence sentence =
        new EquationChangeSentence(
            graph(), FactorScales.NONE, new DynamicHistory(EQUATIONS, EQUATIONS.start()), 30);
    // When
    Summary summary = sentence.of(new DynamicChange(kind, cause, size, 8), latent);
    // Then
    assertThat(summary.headline()).isEqualTo(headline);
    assertThat(summary.explanation()).endsWith(", over 30 frames");
  }
}
