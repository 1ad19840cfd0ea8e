package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEpisode;
import dev.residua.drift.ConformalMartingale;
import dev.residua.incident.ActiveControls;
import org.jspecify.annotations.Nullable;

/**
 * States of the stages of a {@link SourceMonitor}. Arrays are those of the monitor: use them before
 * its next frame.
 *
 * @param modelId model of all stages but the incidents and the pace, which outlive it
 * @param innovations null if no equation of the model uses earlier frames
 */
public record SourceMonitorState(
    String modelId,
    IncidentStage.State incidents,
    Pace pace,
    InnovationStage.@Nullable State innovations,
    CommissioningStage.State commissioning,
    SensorStage.State sensor,
    AnomalyEpisode episode,
    ChangeStage.State change,
    ConformalMartingale martingale,
    DiagnosisStage.State diagnosis) {
  /** Returns true if a command concerns this source that it has not followed yet. */
  public boolean hasPendingCommands(String source, ActiveControls controls) {
    return PendingCommands.isAny(
        controls, incidents.followedOffset(), source, incidents.incidents());
  }
}
