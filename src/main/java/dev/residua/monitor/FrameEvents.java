package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.causal.Finding;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident;
import dev.residua.intervention.InterventionEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the events of one frame. */
final class FrameEvents {
  final List<AnomalyEvent> anomalies = new ArrayList<>();
  final List<DriftEvent> drifts = new ArrayList<>();
  final List<InterventionEvent> interventions = new ArrayList<>();
  final List<Incident> incidents = new ArrayList<>();
  final List<Report> reports = new ArrayList<>();

  /** Adds evidence for an incident. */
  void report(Weight weight, String kind, Finding finding) {
    reports.add(new Report(weight, kind, finding));
  }

  /**
   * The events as parts of an incident.
   *
   * @param incident its id; null if none is open
   */
  MonitorResult result(DriftScore score, @Nullable String incident) {
    return incident == null
        ? new MonitorResult(score, anomalies, drifts, interventions, incidents)
        : new MonitorResult(
            score,
            anomalies.stream()
                .map(e -> e.withFinding(e.finding().withIncidentId(incident)))
                .toList(),
            drifts.stream().map(e -> e.withFinding(e.finding().withIncidentId(incident))).toList(),
            interventions.stream()
                .map(e -> e.withFinding(e.finding().withIncidentId(incident)))
                .toList(),
            incidents);
  }
}
