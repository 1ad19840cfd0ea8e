package dev.residua.cli.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.ScoredFrame;
import dev.residua.cli.console.CommandFailedException;
import dev.residua.cli.ops.SourceEdgesCommand.LastScores;
import dev.residua.intervention.GraphCheck;
import dev.residua.testing.Scored;
import java.util.List;
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
    GraphCheck check = last.check(GRAPH);
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
    assertThatThrownBy(() -> last.check(GRAPH))
        .isInstanceOf(CommandFailedException.class)
        .hasMessage(
            "there are 1 scores of cam1 by model m1, at least 200 are needed; --model gives another model");
  }
}
