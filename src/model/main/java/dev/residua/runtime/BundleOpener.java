package dev.residua.runtime;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.ScoreCalibration;
import dev.residua.anomaly.SensorReference;
import dev.residua.anomaly.SensorRule;
import dev.residua.causal.Counterfactual;
import dev.residua.causal.FactorScales;
import dev.residua.causal.Latent;
import dev.residua.causal.ResidualScorer;
import dev.residua.commissioning.CommissioningReference;
import dev.residua.decoding.Stabilizer;
import dev.residua.detail.DetailChannel;
import dev.residua.detail.DetailModel;
import dev.residua.drift.DriftReference;
import dev.residua.dynamics.DynamicFilter;
import dev.residua.dynamics.DynamicModel;
import dev.residua.frame.CameraRegistration;
import dev.residua.frame.PixelMask;
import dev.residua.incident.IncidentSettings;
import dev.residua.intervention.JointAttribution;
import dev.residua.intervention.MechanismReference;
import dev.residua.model.BadBundleException;
import dev.residua.model.EngineFactory;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import dev.residua.monitor.InnovationStage;
import dev.residua.monitor.MonitorModel;
import dev.residua.monitor.Sensitivity;
import dev.residua.onnx.OnnxEngine;
import java.util.Map;
import java.util.Optional;

/** Opens bundles: the only class that knows which entry belongs to which package. */
public final class BundleOpener {
  private BundleOpener() {}

  /**
   * Loads a bundle for scoring with the reference engine and runs its self-test.
   *
   * @param networkThreads threads inside the network, at least 1
   * @return owns native memory
   */
  public static ScoringModel scoring(ModelBundle bundle, int networkThreads)
      throws BadBundleException {
    ResidualScorer scorer = scorer(bundle, networkThreads);
    try {
      SelfTest.check(bundle, scorer);
    } catch (BadBundleException | RuntimeException e) {
      scorer.close();
      throw e;
    }
    return scoring(bundle, scorer);
  }

  /**
   * Estimate of the memory that an open model takes, in bytes: its weights in the engine and in the
   * bundle.
   */
  private static long memory(ModelBundle bundle) {
    return 2L * bundle.entry(ModelBundle.NETWORK).length;
  }

  /**
   * A bundle for scoring with an engine that has passed its self-test.
   *
   * @param scorer owned by the result; closed if there is none
   */
  public static ScoringModel scoring(ModelBundle bundle, ResidualScorer scorer)
      throws BadBundleException {
    try {
      Calibrations read = calibrations(bundle);
      Optional<DetailChannel> details = details(bundle);
      return new ScoringModel(
          bundle.id(),
          bundle.digest(),
          bundle.manifest().nodeNames(),
          scorer,
          bundle.manifest().observed(),
          read.anomaly(),
          read.appearance(),
          bundle.mask(),
          bundle.network().meanPicture(),
          details.orElse(null),
          memory(bundle) + details.map(channel -> channel.model().bytes()).orElse(0L));
    } catch (BadBundleException | RuntimeException e) {
      scorer.close();
      throw e;
    }
  }

  /**
   * Checks the part of a bundle that scoring reads, without opening its network: that needs no
   * native library and runs nothing of it.
   *
   * @throws BadBundleException if the network or a calibration is not one of the manifest's model
   */
  public static void check(ModelBundle bundle) throws BadBundleException {
    bundle.network();
    calibrations(bundle);
    details(bundle);
  }

  /** Calibrations that scoring needs in addition to the network. */
  record Calibrations(AnomalyCalibration anomaly, AppearanceReference appearance) {}

  /**
   * Reads the calibrations that scoring needs in addition to the network.
   *
   * @throws BadBundleException if an entry is damaged or is not of the manifest's model
   */
  static Calibrations calibrations(ModelBundle bundle) throws BadBundleException {
    try {
      AnomalyCalibration anomaly =
          AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
      AppearanceReference appearance =
          AppearanceReference.fromBytes(bundle.entry(ModelBundle.APPEARANCE));
      int latents = bundle.graph().size();
      if (anomaly.latents() != latents) {
        throw new IllegalArgumentException(
            "%s is of %d latents, the manifest has %d"
                .formatted(ModelBundle.ANOMALY_CALIBRATION, anomaly.latents(), latents));
      }
      if (!appearance.shape().equals(bundle.manifest().image())) {
        throw new IllegalArgumentException(
            "%s is of images of %s, the manifest has %s"
                .formatted(ModelBundle.APPEARANCE, appearance.shape(), bundle.manifest().image()));
      }
      return new Calibrations(anomaly, appearance);
    } catch (RuntimeException e) {
      throw new BadBundleException(
          "model %s has a damaged calibration: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  /**
   * Reads the model of details; empty if the bundle has none.
   *
   * @throws BadBundleException if an entry is damaged, or one of the two is missing
   */
  public static Optional<DetailChannel> details(ModelBundle bundle) throws BadBundleException {
    Optional<byte[]> model = bundle.find(ModelBundle.DETAIL_MODEL);
    Optional<byte[]> scores = bundle.find(ModelBundle.DETAIL_CALIBRATION);
    if (model.isPresent() != scores.isPresent()) {
      throw new BadBundleException(
          "model %s has one of %s and %s, expected both or none"
              .formatted(bundle.id(), ModelBundle.DETAIL_MODEL, ModelBundle.DETAIL_CALIBRATION));
    }
    try {
      return model.map(
          bytes ->
              new DetailChannel(
                  DetailModel.fromBytes(bytes), ScoreCalibration.fromBytes(scores.orElseThrow())));
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s has a damaged model of details: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  /**
   * The part of a bundle that monitoring needs.
   *
   * @param targetRunLength average frames between two false alarms of one source
   * @throws BadBundleException if an entry is damaged or does not go with the settings
   */
  public static MonitorModel monitor(
      ModelBundle bundle,
      AnomalySettings anomalies,
      double targetRunLength,
      IncidentSettings incidents)
      throws BadBundleException {
    try {
      AnomalyCalibration calibration =
          AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
      return new MonitorModel(
          bundle.id(),
          bundle.digest(),
          bundle.manifest().image(),
          bundle.graph(),
          FactorScales.of(bundle.manifest().nodes()),
          bundle.manifest().variables().size(),
          bundle.dynamics(),
          AnomalyRule.of(anomalies, calibration),
          DriftReference.fromBytes(bundle.entry(ModelBundle.DRIFT_REFERENCE)),
          DriftReference.fromBytes(bundle.entry(ModelBundle.PICTURE_REFERENCE)),
          bundle.find(ModelBundle.MECHANISM_REFERENCE).map(MechanismReference::fromBytes),
          bundle.find(ModelBundle.COMMISSIONING_REFERENCE).map(CommissioningReference::fromBytes),
          JointAttribution.energyFromBytes(bundle.entry(ModelBundle.ATTRIBUTION_REFERENCE)),
          SensorRule.of(SensorReference.fromBytes(bundle.entry(ModelBundle.SENSOR_REFERENCE))),
          targetRunLength,
          incidents);
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s cannot be monitored with these settings: %s"
              .formatted(bundle.id(), e.getMessage()),
          e);
    }
  }

  /**
   * Completes scores by the equations that use earlier frames; empty if no equation does.
   *
   * @throws BadBundleException if an entry is damaged
   */
  public static Optional<InnovationStage> innovations(ModelBundle bundle)
      throws BadBundleException {
    Optional<DynamicModel> dynamics = bundle.dynamics();
    return dynamics.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new InnovationStage(
                calibrations(bundle).anomaly(),
                new DynamicFilter(dynamics.get()),
                bundle.graph().size() - bundle.manifest().variables().size()));
  }

  /**
   * Smallest changes that sources detect which have learned their own normal; empty if no source
   * can.
   *
   * @throws BadBundleException if an entry is damaged
   */
  public static Optional<Sensitivity> sensitivity(ModelBundle bundle) throws BadBundleException {
    Optional<byte[]> commissioning = bundle.find(ModelBundle.COMMISSIONING_REFERENCE);
    if (commissioning.isEmpty()) {
      return Optional.empty();
    }
    AnomalyCalibration calibration = calibrations(bundle).anomaly();
    try {
      return Optional.of(
          new Sensitivity(
              CommissioningReference.fromBytes(commissioning.get()).detector(),
              calibration,
              FactorScales.of(bundle.manifest().nodes()),
              bundle.dynamics().orElse(null)));
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s has a damaged reference for sources: %s".formatted(bundle.id(), e.getMessage()),
          e);
    }
  }

  /**
   * Reader of frames of vibrating cameras for a bundle, as in scoring. For one thread.
   *
   * @throws BadBundleException if its network or mask is damaged
   */
  public static Stabilizer stabilizer(ModelBundle bundle) throws BadBundleException {
    return new Stabilizer(
        new CameraRegistration(bundle.manifest().image(), bundle.network().meanPicture()),
        bundle.mask());
  }

  /**
   * Opens the network of a bundle with the reference engine, ONNX Runtime.
   *
   * @param networkThreads threads inside the network, at least 1
   * @return owns native memory
   * @throws BadBundleException if the bundle's network does not fit its images and latents
   */
  public static ResidualScorer scorer(ModelBundle bundle, int networkThreads)
      throws BadBundleException {
    return reference(bundle, network -> new OnnxEngine(network, networkThreads));
  }

  /**
   * Opens the network of a bundle with an engine that runs every valid network.
   *
   * @throws BadBundleException also if the engine refuses the network
   */
  public static ResidualScorer reference(ModelBundle bundle, EngineFactory engine)
      throws BadBundleException {
    try {
      return scorer(bundle, engine);
    } catch (IllegalArgumentException e) {
      throw new BadBundleException(
          "model %s has a network that does not run: %s".formatted(bundle.id(), e.getMessage()), e);
    }
  }

  /**
   * Opens the network of a bundle with an engine.
   *
   * @return owns native memory
   * @throws IllegalArgumentException if the engine refuses the network
   */
  public static ResidualScorer scorer(ModelBundle bundle, EngineFactory engine)
      throws BadBundleException {
    PixelMask mask = bundle.mask();
    return bundle.network().scorer(engine).masked(mask);
  }

  /**
   * Picture of a frame if some latents had other values, see {@link Counterfactual}.
   *
   * @param latents of the frame, shape {@code [nodes]}, standardised
   * @param set values by node, standardised
   * @throws IllegalArgumentException if the model has categories
   */
  public static float[] whatIf(ModelBundle bundle, float[] latents, Map<Integer, Float> set)
      throws BadBundleException {
    if (bundle.manifest().latents().stream().anyMatch(Latent::categorical)) {
      throw new IllegalArgumentException(
          "the model '%s' has categories, which cannot be set: use one whose latents are numbers"
              .formatted(bundle.id()));
    }
    return Counterfactual.of(bundle.network().equations(), bundle.graph(), latents, set);
  }
}
