package dev.residua.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.residua.causal.FrameStatistics;
import dev.residua.causal.Reconstruction;
import java.util.List;
import org.junit.jupiter.api.Test;

class AnomalyEpisodeTest {
  private static final AnomalySettings SETTINGS = new AnomalySettings(0.01, 0.01, 2, 3);
  private static final FrameStatistics FRAME =
      new FrameStatistics(new float[2], new float[2], 1, Reconstruction.SAMPLED, 1, 1, 0, 0);

  private static Verdict verdict(char symbol) {
    return switch (symbol) {
      case '.' -> new Verdict.Normal(FRAME);
      case 'A' -> new Verdict.Anomalous(AnomalyKind.APPEARANCE, 0.01f, 0.01, List.of(), FRAME);
      default ->
          new Verdict.Anomalous(
              AnomalyKind.RESIDUAL,
              0.01f,
              0.01,
              List.of(new Cause(symbol - '0', 5, 0.01f, 1)),
              FRAME);
    };
  }

  @Test
  void shouldReportEachProblemOnceAnEpisode() {
    // Given a fault of latent 0 with gaps, one of latent 1 within it, quiet, then latent 0 again
    String frames = "..0000.0..01A1..0...0";
    StringBuilder reports = new StringBuilder();
    AnomalyEpisode episode = AnomalyEpisode.QUIET;
    // When
    for (char symbol : frames.toCharArray()) {
      AnomalyEpisode.Step step = episode.next(verdict(symbol), SETTINGS);
      reports.append(step.onset() ? '!' : step.report() ? '+' : '.');
      episode = step.next();
    }
    // Then
    assertThat(reports.toString()).isEqualTo("..!........++.......!");
    assertThat(episode.open()).isTrue();
    assertThat(episode.anomalousFrames()).isEqualTo(1);
  }

  @Test
  void shouldRefuseAStateThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AnomalyEpisode(0, 0, 3))
        .withMessageContaining("3 anomalous frames");
  }
}
