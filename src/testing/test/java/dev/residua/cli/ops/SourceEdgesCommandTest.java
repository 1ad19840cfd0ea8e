package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.ScoredFrame;
import dev.residua.causal.StructuralEquations;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.ops.SourceEdgesCommand.LastScores;
import dev.residua.intervention.GraphCheck;
import dev.residua.intervention.GraphReference;
import dev.residua.testing.Scored;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SourceEdgesCommandTest {
  private static final CausalGraph GRAPH =
      CausalGraph.of(
          List.of("lamp", "valve", "tracker"),
          new boolean[][] {{false, false, true}, {false, false, true}, new boolean[3]});

  private final Random random = new Random(1);

  /** A tracker that the lamp no longer moves, while its model knows both causes. */
  private ScoredFrame score(String source, String model, long sequence) {
    float lamp = (float) random.nextGaussian();
    float valve = (float) random.nextGaussian();
    float tracker = valve + 0.5f * (float) random.nextGaussian();
    return Scored.nominal()
        .source(source)
        .modelId(model)
        .expected(0, 0, lamp + valve)
        .residuals(lamp, valve, tracker - lamp - valve)
        .frame(sequence);
  }

  @Test
  void shouldSayWhichEdgeNoLongerFits() {
    // Given
    LastScores last = new LastScores("cam1", "m1", 500);
    for (int i = 0; i < 800; i++) {
      last.add(score("cam1", "m1", i));
      last.add(score("cam2", "m1", i));
      last.add(score("cam1", "m2", i));
    }
    // When
    GraphCheck check = last.check(GRAPH, Optional.empty());
    // Then
    List<String> lines = SourceEdgesCommand.text(check);
    assertThat(lines.get(0)).isEqualTo("500 frames");
    assertThat(lines.get(1))
        .startsWith("lamp -> tracker: no longer fits: the cause is without effect (influence ");
    assertThat(lines.get(2)).startsWith("valve -> tracker: fits (influence ");
    assertThat(lines).hasSize(4).last().isEqualTo("edges that no longer fit: 1, missing edges: 0");
  }

  @Test
  void shouldForgetWhatCameBeforeACounterThatStartsAgain() {
    // Given
    LastScores last = new LastScores("cam1", "m1", 500);
    for (int i = 0; i < 500; i++) {
      last.add(score("cam1", "m1", i));
    }
    last.add(score("cam1", "m1", 0));
    // When and Then
    assertThatThrownBy(() -> last.check(GRAPH, Optional.empty()))
        .isInstanceOf(CommandFailedException.class)
        .hasMessage(
            "there are 1 scores of cam1 by model m1, at least 200 are needed; --model gives another model");
  }

  @Test
  void shouldCompareWithWhatTheCalibrationFramesShow() {
    // Given residuals of calibration frames, on which the tracker follows the lamp by a half
    StructuralEquations equations =
        new StructuralEquations(
            new float[3],
            new float[] {0, 0, 1, 0, 0, 1, 0, 0, 0},
            new float[0],
            new float[0],
            new float[0]);
    Random random = new Random(3);
    float[][] residuals = new float[1_000][];
    LastScores last = new LastScores("cam1", "m1", 500);
    for (int i = 0; i < residuals.length; i++) {
      float lamp = (float) random.nextGaussian();
      float valve = (float) random.nextGaussian();
      float rest = (float) (0.1 * random.nextGaussian()) - 0.5f * lamp;
      residuals[i] = new float[] {lamp, valve, rest};
      last.add(
          Scored.nominal()
              .source("cam1")
              .modelId("m1")
              .expected(0, 0, lamp + valve)
              .residuals(lamp, valve, rest)
              .frame(i));
    }
    // When
    GraphCheck check =
        last.check(GRAPH, Optional.of(GraphReference.ofResiduals(GRAPH, equations, residuals)));
    // Then
    assertThat(SourceEdgesCommand.text(check).get(1))
        .matches(
            "lamp -> tracker: fits \\(influence 0\\.[45][0-9] .*, on the calibration frames 0\\.50, p .*");
    assertThat(check.misfits()).isEmpty();
  }
}
