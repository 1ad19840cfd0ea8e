package dev.residua.monitor;

import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.SensorRule;
import dev.residua.causal.CausalGraph;
import dev.residua.drift.DriftReference;
import dev.residua.drift.ImageStatistics;
import dev.residua.incident.IncidentSettings;
import dev.residua.intervention.JointAttribution;
import dev.residua.intervention.MechanismReference;
import java.util.Optional;

/**
 * All that monitoring needs of one model, and the contract it is held to.
 *
 * <p>The detectors share one false-alarm budget: each gets the run length at which their hazards
 * add up to one alarm in {@code targetRunLength} frames.
 *
 * @param id identity of the model
 * @param digest SHA-256 of its bundle
 * @param graph names and causes of its latents
 * @param rule decides on single frames
 * @param residuals what the residuals look like when nothing has changed
 * @param picture what reconstruction error and static pixels look like then; empty for a model that
 *     was calibrated without
 * @param mechanisms what windows of quiet frames look like, for diagnoses; empty for a model that
 *     was calibrated without
 * @param attribution shares of the causes of an unusual frame; empty for a model that was
 *     calibrated without: shares are then those of the squared residuals
 * @param sensor when the camera is at fault; empty for a model that was calibrated without
 * @param targetRunLength average frames between two false alarms of one source
 * @param incidents when incidents open and end
 */
public record MonitorModel(
    String id,
    String digest,
    CausalGraph graph,
    AnomalyRule rule,
    DriftReference residuals,
    Optional<DriftReference> picture,
    Optional<MechanismReference> mechanisms,
    Optional<JointAttribution> attribution,
    Optional<SensorRule> sensor,
    double targetRunLength,
    IncidentSettings incidents) {
  public MonitorModel {
    if (residuals.latents() != graph.size() || rule.calibration().latents() != graph.size()) {
      throw new IllegalArgumentException(
          "model %s has %d latents, its drift reference %d and its calibration %d"
              .formatted(id, graph.size(), residuals.latents(), rule.calibration().latents()));
    }
    check("reference of mechanisms", mechanisms.map(MechanismReference::latents), id, graph);
    check("reference for attribution", attribution.map(JointAttribution::latents), id, graph);
    if (picture.isPresent() && picture.get().latents() != ImageStatistics.COUNT) {
      throw new IllegalArgumentException(
          "the picture reference of model %s has %d numbers, expected %d"
              .formatted(id, picture.get().latents(), ImageStatistics.COUNT));
    }
  }

  private static void check(String what, Optional<Integer> latents, String id, CausalGraph graph) {
    if (latents.isPresent() && latents.get() != graph.size()) {
      throw new IllegalArgumentException(
          "the %s of model %s has %d latents, expected %d"
              .formatted(what, id, latents.get(), graph.size()));
    }
  }

  ChangeMonitor.Thresholds residualThresholds() {
    return ChangeMonitor.Thresholds.of(residuals, share());
  }

  Optional<ChangeMonitor.Thresholds> pictureThresholds() {
    return picture.map(reference -> ChangeMonitor.Thresholds.of(reference, share()));
  }

  private double share() {
    return Math.min(
        DriftReference.MAX_TARGET, picture.isPresent() ? 2 * targetRunLength : targetRunLength);
  }
}
