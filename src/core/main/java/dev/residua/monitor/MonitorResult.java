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
 * Results for one frame, or for an order or silence between frames.
 *
 * @param score state of the residuals' detector; empty if there was no frame
 * @param anomalies the frame itself or the sensor, where it is to be reported
 * @param drifts alarms that started or ended
 * @param interventions what changed, once it is diagnosed
 * @param incidents the source's incidents that changed
 * @param commissioning where the source's own calibration is, if that changed
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

  /** What an order changed. */
  public static MonitorResult of(IdleResult result) {
    return new MonitorResult(
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        result.incidents(),
        result.commissioning());
  }

  /** What is known of a source's calibration. */
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
