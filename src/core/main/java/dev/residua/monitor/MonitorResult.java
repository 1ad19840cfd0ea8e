package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import java.util.List;
import java.util.Optional;

/**
 * Results for one frame, or for a command or silence between frames.
 *
 * @param score state of the residuals' detector; empty if there was no frame
 * @param interventions diagnosed changes
 * @param incidents incidents that changed
 * @param commissioning status of the source's own calibration, if that changed
 */
public record MonitorResult(
    Optional<DriftScore> score,
    List<AnomalyEvent> anomalies,
    List<DriftEvent> drifts,
    List<InterventionEvent> interventions,
    List<Incident> incidents,
    Optional<CommissioningReport> commissioning) {
  public MonitorResult {
    anomalies = List.copyOf(anomalies);
    drifts = List.copyOf(drifts);
    interventions = List.copyOf(interventions);
    incidents = List.copyOf(incidents);
  }

  /** A source is forgotten. */
  public static final MonitorResult FORGOTTEN = without(List.of());

  /** Returns the changes by commands. */
  public static MonitorResult of(IdleResult result) {
    return new MonitorResult(
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        result.incidents(),
        result.commissioning());
  }

  /** Returns a status of the calibrations of a source. */
  public static MonitorResult of(Optional<CommissioningReport> commissioning) {
    return new MonitorResult(
        Optional.empty(), List.of(), List.of(), List.of(), List.of(), commissioning);
  }

  /** Incidents that changed without a frame. */
  public static MonitorResult without(List<Incident> incidents) {
    return new MonitorResult(
        Optional.empty(), List.of(), List.of(), List.of(), incidents, Optional.empty());
  }
}
