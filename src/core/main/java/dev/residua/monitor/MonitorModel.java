package dev.residua.monitor;

import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.SensorRule;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.drift.DriftReference;
import dev.residua.drift.ImageStatistics;
import dev.residua.dynamics.DynamicModel;
import dev.residua.frame.ImageShape;
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
 * @param image shape of the pictures that it reads
 * @param graph names and causes of its latents
 * @param factors its latents in the units of their factors
 * @param variables how many of the graph's nodes, at its end, are variables that frames bring
 * @param dynamics equations of the nodes, of which those apply that use earlier frames; empty if
 *     none does
 * @param rule decides on single frames
 * @param residuals reference of the residuals' detector
 * @param picture reference of the detector of reconstruction error and static pixels
 * @param mechanisms reference of windows of quiet frames, for diagnoses; empty for a model that was
 *     calibrated on too few
 * @param commissioning shared by its sources when they learn their own normal; empty for a model
 *     that was calibrated on too few
 * @param attribution shares of the causes of an unusual frame
 * @param sensor when the camera is at fault
 * @param targetRunLength average frames between two false alarms of one source
 * @param incidents when incidents open and end
 */
public record MonitorModel(
    String id,
    String digest,
    ImageShape image,
    CausalGraph graph,
    FactorScales factors,
    int variables,
    Optional<DynamicModel> dynamics,
    AnomalyRule rule,
    DriftReference residuals,
    DriftReference picture,
    Optional<MechanismReference> mechanisms,
    Optional<CommissioningReference> commissioning,
    JointAttribution attribution,
    SensorRule sensor,
    double targetRunLength,
    IncidentSettings incidents) {
  public MonitorModel {
    if (variables < 0 || variables >= graph.size()) {
      throw new IllegalArgumentException(
          "model %s has %d nodes and %d variables, expected at least one latent"
              .formatted(id, graph.size(), variables));
    }
    if (residuals.latents() != graph.size() || rule.calibration().latents() != graph.size()) {
      throw new IllegalArgumentException(
          "model %s has %d latents, its drift reference %d and its calibration %d"
              .formatted(id, graph.size(), residuals.latents(), rule.calibration().latents()));
    }
    dynamics.ifPresent(
        equations -> {
          if (equations.size() != graph.size()) {
            throw new IllegalArgumentException(
                "model %s has %d nodes and %d dynamic equations"
                    .formatted(id, graph.size(), equations.size()));
          }
        });
    if (attribution.latents() != graph.size()
        || mechanisms.stream().anyMatch(reference -> reference.latents() != graph.size())) {
      throw new IllegalArgumentException(
          "model %s has %d latents, its reference for attribution %d and its reference of mechanisms %s"
              .formatted(
                  id,
                  graph.size(),
                  attribution.latents(),
                  mechanisms.map(reference -> String.valueOf(reference.latents())).orElse("none")));
    }
    commissioning.ifPresent(
        shared -> {
          if (shared.own().latents().size() != graph.size()
              || shared.picture().latents().size() != picture.latents()) {
            throw new IllegalArgumentException(
                "model %s has %d latents, its reference for sources %d and %d numbers of the picture"
                    .formatted(
                        id,
                        graph.size(),
                        shared.own().latents().size(),
                        shared.picture().latents().size()));
          }
        });
    if (picture.latents() != ImageStatistics.COUNT
        && picture.latents() != ImageStatistics.COUNT_WITH_DETAILS) {
      throw new IllegalArgumentException(
          "the picture reference of model %s has %d numbers, expected %d, or %d with details"
              .formatted(
                  id,
                  picture.latents(),
                  ImageStatistics.COUNT,
                  ImageStatistics.COUNT_WITH_DETAILS));
    }
  }

  /** Number of latents that are read from pictures: the first nodes of the graph. */
  int encoded() {
    return graph.size() - variables;
  }

  /** Returns true if the equation of a node uses earlier frames. */
  public boolean usesHistory(int node) {
    return dynamics.isPresent() && dynamics.get().usesHistory(node);
  }

  ChangeMonitor.Thresholds residualThresholds(double runLength) {
    return ChangeMonitor.Thresholds.of(residuals, share(runLength));
  }

  ChangeMonitor.Thresholds pictureThresholds(double runLength) {
    return ChangeMonitor.Thresholds.of(picture, share(runLength));
  }

  static double share(double runLength) {
    return Math.min(DriftReference.MAX_TARGET, 2 * runLength);
  }
}
