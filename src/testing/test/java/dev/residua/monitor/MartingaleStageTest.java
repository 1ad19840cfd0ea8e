package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.drift.DriftEvent;
import org.junit.jupiter.api.Test;

class MartingaleStageTest {
  private final StageFrames frames = new StageFrames(1);
  private final MonitorStages stages = StageFrames.stages();

  private long crossings(int count, float jointPValue, boolean fault) {
    long crossings = 0;
    for (int i = 0; i < count; i++) {
      MonitoredFrame frame = frames.of(frames.scored(0, 1).jointPValue(jointPValue));
      Normalized normal = stages.commissioning.normalize(frame.scored());
      stages.martingale.next(frame, normal, stages.commissioning, stages.change, fault);
      crossings +=
          frame.events().drifts.stream()
              .filter(event -> event.channel() == DriftEvent.Channel.EVIDENCE)
              .count();
    }
    return crossings;
  }

  @Test
  void shouldReportManySmallPValues() {
    // Given
    assertThat(stages.martingale.logEvidence()).isNaN();
    // When
    long quiet = crossings(200, 0.6f, false);
    double before = stages.martingale.logEvidence();
    long changed = crossings(200, 0.01f, false);
    // Then
    assertThat(quiet).isZero();
    assertThat(before).isLessThan(Math.log(10_000));
    assertThat(changed).isPositive();
  }

  @Test
  void shouldForgetAllFramesDuringAFaultOfTheCamera() {
    // Given
    crossings(20, 0.3f, false);
    // When
    crossings(1, 0.3f, true);
    // Then
    assertThat(stages.martingale.logEvidence()).isNaN();
  }
}
