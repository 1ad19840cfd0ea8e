package dev.residua.monitor;

import dev.residua.anomaly.AnomalyEvent;
import dev.residua.anomaly.AnomalyKind;
import dev.residua.causal.ChangePoint;
import dev.residua.causal.Finding;
import dev.residua.commissioning.CommissioningReport;
import dev.residua.drift.DriftEvent;
import dev.residua.drift.DriftScore;
import dev.residua.incident.Evidence.Channel;
import dev.residua.incident.Evidence.Report;
import dev.residua.incident.Evidence.Weight;
import dev.residua.incident.Incident;
import dev.residua.incident.Subject;
import dev.residua.intervention.InterventionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Collects the events of one frame. */
final class FrameEvents {
  final List<AnomalyEvent> anomalies = new ArrayList<>();
  final List<DriftEvent> drifts = new ArrayList<>();
  final List<InterventionEvent> interventions = new ArrayList<>();
  final List<Incident> incidents = new ArrayList<>();
  final List<Report> reports = new ArrayList<>();
  final List<Subject> named = new ArrayList<>();

  void add(AnomalyEvent event) {
    anomalies.add(event);
    boolean sensor = event.kind().isSensorFault();
    report(
        channel(event.kind()),
        sensor ? Weight.DIAGNOSIS : Weight.FRAME,
        (sensor ? "SENSOR." : "ANOMALY.") + event.kind(),
        event.finding(),
        null);
  }

  void addOnset(DriftEvent event) {
    drifts.add(event);
    report(
        channel(event.channel()),
        Weight.CHANGE,
        "DRIFT." + event.channel(),
        event.finding(),
        event.changePoint());
  }

  void add(InterventionEvent event, Channel channel) {
    interventions.add(event);
    report(
        channel,
        Weight.DIAGNOSIS,
        "INTERVENTION." + event.kind(),
        event.finding(),
        event.changePoint());
  }

  private void report(
      Channel channel,
      Weight weight,
      String kind,
      Finding finding,
      @Nullable ChangePoint changePoint) {
    reports.add(new Report(channel, weight, kind, finding, changePoint));
  }

  /**
   * The events as parts of incidents.
   *
   * @param idOf id of the incident that the findings of a channel belong to, if any
   */
  MonitorResult result(
      DriftScore score,
      Optional<CommissioningReport> commissioning,
      Function<Channel, Optional<String>> idOf) {
    return new MonitorResult(
        Optional.of(score),
        anomalies.stream()
            .map(e -> e.withFinding(in(e.finding(), idOf.apply(channel(e.kind())))))
            .toList(),
        drifts.stream()
            .map(e -> e.withFinding(in(e.finding(), idOf.apply(channel(e.channel())))))
            .toList(),
        interventions.stream()
            .map(e -> e.withFinding(in(e.finding(), idOf.apply(Channel.RESIDUALS))))
            .toList(),
        incidents,
        commissioning);
  }

  private static Channel channel(AnomalyKind kind) {
    return kind.isSensorFault()
        ? Channel.SENSOR
        : kind == AnomalyKind.RESIDUAL ? Channel.RESIDUALS : Channel.PICTURE;
  }

  private static Channel channel(DriftEvent.Channel channel) {
    return channel == DriftEvent.Channel.PICTURE ? Channel.PICTURE : Channel.RESIDUALS;
  }

  private static Finding in(Finding finding, Optional<String> incident) {
    return incident.map(finding::withIncidentId).orElse(finding);
  }
}
