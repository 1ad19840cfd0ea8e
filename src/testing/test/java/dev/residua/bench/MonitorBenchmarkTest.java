package dev.residua.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.anomaly.AnomalySettings;
import dev.residua.app.model.Models;
import dev.residua.causal.ScoredFrame;
import dev.residua.incident.ActiveControls;
import dev.residua.incident.Incident;
import dev.residua.incident.IncidentSettings;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.MonitorThresholds;
import dev.residua.monitor.SourceMonitor;
import dev.residua.runtime.BundleOpener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MonitorBenchmarkTest {
  private static final double RUN_LENGTH = 12_096_000; // of 20 frames per second for a week

  /** False alarm with a probability of about 4,096 / 12,096,000. */
  @Test
  void shouldDrawScoresThatOpenNoIncident() throws Exception {
    // Given
    MonitorModel model =
        BundleOpener.monitor(
            Models.read(Optional.empty()),
            AnomalySettings.DEFAULTS,
            RUN_LENGTH,
            IncidentSettings.DEFAULTS);
    SourceMonitor monitor = SourceMonitor.start(new MonitorThresholds(model));
    List<Incident> incidents = new ArrayList<>();
    // When
    for (ScoredFrame score : MonitorBenchmark.draw(model)) {
      incidents.addAll(monitor.next(score, ActiveControls.EMPTY).incidents());
    }
    // Then
    assertThat(incidents).isEmpty();
    assertThat(monitor.incidentOpen()).isFalse();
  }
}
