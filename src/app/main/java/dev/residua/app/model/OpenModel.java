package dev.residua.app.model;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.incident.IncidentSettings;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.monitor.MonitorModel;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.renewal.gate.ExaminedModel;
import dev.residua.renewal.job.TrainingJob;
import dev.residua.runtime.BundleOpener;

/** A model that is open for an evaluation. Owns the native memory. */
public final class OpenModel implements TrainingJob.ModelHandle {
  private final ExaminedModel examined;

  private OpenModel(ExaminedModel examined) {
    this.examined = examined;
  }

  /**
   * Opens a model with the reference engine.
   *
   * @param networkThreads threads inside the network, at least 1
   * @throws IllegalArgumentException if the bundle cannot be used, with the reason
   */
  public static OpenModel of(ModelBundle bundle, int networkThreads) {
    NetworkPlan network;
    ResidualScorer scorer;
    try {
      network = bundle.network();
      scorer = BundleOpener.scorer(bundle, networkThreads);
    } catch (BadBundleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
    LatentDecoder decoder = null;
    try {
      decoder = OnnxLatentDecoder.of(network);
      return new OpenModel(
          new ExaminedModel(
              bundle,
              scorer,
              AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION)),
              AppearanceReference.fromBytes(bundle.entry(ModelBundle.APPEARANCE)),
              decoder,
              network.equations(),
              target -> monitor(bundle, target)));
    } catch (RuntimeException e) {
      scorer.close();
      if (decoder != null) {
        decoder.close();
      }
      throw e;
    }
  }

  private static MonitorModel monitor(ModelBundle bundle, double target) {
    try {
      return BundleOpener.monitor(
          bundle, AnomalySettings.DEFAULTS, target, IncidentSettings.DEFAULTS);
    } catch (BadBundleException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** The model; usable until this is closed. */
  @Override
  public ExaminedModel examined() {
    return examined;
  }

  @Override
  public void close() {
    examined.scorer().close();
    examined.decoder().close();
  }
}
