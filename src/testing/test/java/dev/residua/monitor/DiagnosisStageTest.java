package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.ActiveControls;
import dev.residua.incident.ControlCommand;
import dev.residua.incident.Evidence.Alarm;
import dev.residua.intervention.InterventionKind;
import dev.residua.testing.Scored;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiagnosisStageTest {
  private final StageFrames frames = new StageFrames(1);
  private final MonitorStages stages = StageFrames.stages();
  private final List<InterventionKind> diagnoses = new ArrayList<>();

  private void next(int count, float shift, ActiveControls controls) {
    for (int i = 0; i < count; i++) {
      MonitoredFrame frame = frames.of(frames.scored(shift, 1), controls);
      StageFrames.watch(stages, frame);
      frame.events().interventions.forEach(event -> diagnoses.add(event.kind()));
    }
  }

  private Alarm alarm() {
    return stages.diagnosis.alarm(stages.change.residuals());
  }

  private static ActiveControls announcing(String latent) {
    return ActiveControls.EMPTY.with(
        new ControlCommand.Announcement(
            new ControlCommand.Order("a", ".*", "kim", "works", Instant.EPOCH),
            new ControlCommand.Period(Scored.time(0), Scored.time(10_000)),
            latent));
  }

  @Test
  void shouldPublishADiagnosisOnce() {
    // Given
    next(200, 0, ActiveControls.EMPTY);
    assertThat(alarm()).isEqualTo(Alarm.NONE);
    // When
    next(300, 3, ActiveControls.EMPTY);
    // Then
    assertThat(diagnoses).containsExactly(InterventionKind.OFFSET);
    assertThat(alarm()).isEqualTo(Alarm.ON);
    assertThat(stages.diagnosis.state().published()).isEqualTo("OFFSET shadow_length");
  }

  @Test
  void shouldSuppressTheAlarmOfAnAnnouncedChange() {
    // Given
    next(200, 0, ActiveControls.EMPTY);
    // When
    next(200, 3, announcing("shadow_length"));
    // Then
    assertThat(diagnoses).containsExactly(InterventionKind.OFFSET);
    assertThat(stages.diagnosis.suppression()).isEqualTo(Suppression.WHILE_ON);
    assertThat(alarm()).isEqualTo(Alarm.SUPPRESSED);
  }

  @Test
  void shouldContinueFromItsState() {
    // Given
    next(200, 0, announcing("light"));
    next(10, 3, announcing("light"));
    assertThat(stages.diagnosis.suppression()).isEqualTo(Suppression.UNTIL_DIAGNOSIS);
    // When
    DiagnosisStage restored = new DiagnosisStage(StageFrames.model(), stages.diagnosis.state());
    // Then
    assertThat(restored.state()).usingRecursiveComparison().isEqualTo(stages.diagnosis.state());
    // When
    restored.restart();
    // Then
    assertThat(restored.state())
        .usingRecursiveComparison()
        .isEqualTo(new DiagnosisStage(StageFrames.model()).state());
  }
}
