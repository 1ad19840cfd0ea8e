package dev.residua.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class IncidentStageTest {
  private final IncidentStage stage =
      new IncidentStage(StageFrames.model(), IncidentStage.State.START);

  @Test
  void shouldKnowNothingOfASourceBeforeItsFirstFrame() {
    // When
    List<Incident> silent = stage.silent(Duration.ofHours(1), SourceSettings.NONE);
    // Then
    assertThat(silent).isEmpty();
    assertThat(stage.anyOpen()).isFalse();
  }

  @Test
  void shouldReportSilenceOnceAndContinueFromItsState() {
    // Given
    stage.arrived(new StageFrames(1).next(0, 1));
    // When
    List<Incident> silent = stage.silent(Duration.ofHours(1), SourceSettings.NONE);
    IncidentStage restored = new IncidentStage(StageFrames.model(), stage.state());
    // Then
    assertThat(silent).extracting(Incident::subject).containsExactly(Subject.SILENCE);
    assertThat(restored.anyOpen()).isTrue();
    assertThat(restored.silent(Duration.ofHours(2), SourceSettings.NONE)).isEmpty();
    assertThat(restored.gone(Duration.ofDays(9))).hasSize(1);
    assertThat(restored.anyOpen()).isFalse();
  }

  @Test
  void shouldNotGoBackToAnEarlierCommand() {
    // When
    stage.followed(7);
    stage.followed(3);
    // Then
    assertThat(stage.followedOffset()).isEqualTo(7);
  }
}
