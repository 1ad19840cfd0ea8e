package dev.residua.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.causal.CausalGraph;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class StageProgressTest {
  private static final CausalGraph GRAPH =
      CausalGraph.of(List.of("light", "shadow"), new boolean[][] {{false, true}, {false, false}});

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private long seconds;

  private StageProgress progress(boolean untilStable) {
    return new StageProgress(
        untilStable,
        new PrintStream(written, true, StandardCharsets.UTF_8),
        false,
        () -> seconds * 1_000_000_000L);
  }

  /** One percent of the training takes six seconds, after ten of preparation. */
  private void train(StageProgress progress, int from, int to) {
    for (int percent = from; percent <= to; percent++) {
      seconds = 10 + 6L * percent;
      progress.at("training", percent / 100.0, null);
    }
  }

  private List<String> sentences() {
    return written.toString(StandardCharsets.UTF_8).lines().filter(l -> !l.contains("%,")).toList();
  }

  @Test
  void shouldSayOnceHowLongTheTrainingTakes() {
    train(progress(false), 0, 40);

    assertThat(sentences()).containsExactly("training takes about 10 minutes");
  }

  @Test
  void shouldSayAfterEachRoundHowMuchIsLeftAtMost() {
    // Given
    StageProgress progress = progress(true);
    // When
    train(progress, 0, 20);
    progress.round(1_800, 9_000, 0.063, OptionalDouble.of(0.17), GRAPH);
    train(progress, 21, 47);
    progress.round(4_200, 9_000, 0.06, OptionalDouble.empty(), GRAPH);
    // Then
    assertThat(sentences())
        .containsExactly(
            "training takes at most 10 minutes; it ends earlier if it is stable",
            "after 1800 of at most 9000 steps: label error 0.17 sd, 6.3 % of the pixel variance is not reproduced, graph light -> shadow; at most 8 minutes more",
            "after 4200 of at most 9000 steps: 6.0 % of the pixel variance is not reproduced, graph light -> shadow; at most 5 minutes more");
  }

  @Test
  void shouldEstimateEachOfSeveralRuns() {
    // Given
    StageProgress progress = progress(false);
    // When
    progress.at("run 1 of 2: training", 0, null);
    seconds = 60;
    progress.at("run 1 of 2: training", 0.5, null);
    progress.at("run 1 of 2: calibrating", 0, null);
    seconds = 100;
    progress.at("run 2 of 2: training", 0, null);
    seconds = 160;
    progress.at("run 2 of 2: training", 0.5, null);
    // Then
    assertThat(sentences())
        .containsExactly("training takes about 2 minutes", "training takes about 2 minutes");
  }
}
