package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.testing.Scored;
import dev.residua.testing.TestModels;
import org.junit.jupiter.api.Test;

class AnomalyStageTest {
  private final StageFrames frames = new StageFrames(1);
  private final AnomalyStage stage = new AnomalyStage(StageFrames.model(), AnomalyEpisode.QUIET);

  private int reports(Scored scored) {
    MonitoredFrame frame = frames.of(scored);
    stage.next(frame, frame.scored().statistics());
    return frame.events().anomalies.size();
  }

  @Test
  void shouldReportTheFirstFrameOfAnEpisode() {
    // When
    int normal = reports(Scored.nominal());
    int first = reports(Scored.nominal().broken(TestModels.LENGTH, 9));
    int second = reports(Scored.nominal().broken(TestModels.LENGTH, 9));
    // Then
    assertThat(normal).isZero();
    assertThat(first).isEqualTo(1);
    assertThat(second).isZero();
    // When
    stage.restart();
    // Then
    assertThat(reports(Scored.nominal().broken(TestModels.LENGTH, 9))).isEqualTo(1);
  }
}
