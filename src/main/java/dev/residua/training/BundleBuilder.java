package dev.residua.training;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.causal.CausalGraph;
import dev.residua.causal.FrameScorer;
import dev.residua.causal.LatentBatch;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import dev.residua.model.BundleManifest;
import dev.residua.model.ModelBundle;
import dev.residua.model.SelfTest;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleConsumer;

/** Calibrates a scorer on nominal frames it was not trained on and puts everything in a bundle. */
final class BundleBuilder {
  private BundleBuilder() {}

  /**
   * @param usualPictures training frames, of which only the pixels are needed
   * @param warnings what to know before trusting the model
   * @param nominal the frames to calibrate with, in time order
   * @param calibration their scores
   */
  static ModelBundle build(
      BundleManifest manifest,
      CausalGraph graph,
      TrainedNetwork network,
      byte[] model,
      FrameScorer scorer,
      TrainingData data,
      int[] usualPictures,
      List<String> warnings,
      int[] nominal,
      LatentBatch calibration,
      DriftSettings driftSettings,
      long seed,
      DoubleConsumer progress) {
    byte[] pixels = new byte[data.shape().size()];
    AppearanceReference.Builder builder = AppearanceReference.builder(data.shape());
    for (int frame : usualPictures) {
      data.read(frame, pixels, 0);
      builder.add(pixels, 0);
    }
    AppearanceReference appearance = builder.build();
    int n = calibration.frames();
    int d = calibration.latents();
    float[] deviations = new float[n];
    if (appearance.usable()) {
      for (int i = 0; i < n; i++) {
        data.read(nominal[i], pixels, 0);
        deviations[i] = appearance.deviation(pixels, 0);
      }
    }
    AnomalyCalibration anomaly =
        AnomalyCalibration.fit(
            calibration.residuals(), d, calibration.reconstructionErrors(), deviations);
    double[][] standardized = new double[n][d];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < d; j++) {
        standardized[i][j] =
            (calibration.residuals()[i * d + j] - anomaly.location(j)) / anomaly.scale(j);
      }
    }
    DriftReference drift = DriftReference.calibrate(standardized, driftSettings, seed, progress);
    Map<String, byte[]> entries = new TreeMap<>();
    entries.put(ModelBundle.SCORER, model);
    entries.put(ModelBundle.WEIGHTS, network.weights());
    entries.put(ModelBundle.ANOMALY_CALIBRATION, anomaly.toBytes());
    entries.put(ModelBundle.APPEARANCE, appearance.toBytes());
    entries.put(ModelBundle.DRIFT_REFERENCE, drift.toBytes());
    entries.put(ModelBundle.LOSSES, TrainingHistory.toCsv(network.history()));
    entries.put(ModelBundle.WARNINGS, TrainingHistory.toLines(warnings));
    entries.put(ModelBundle.SELF_TEST, selfTest(scorer, data, nominal).toBytes());
    return ModelBundle.of(manifest, graph, entries);
  }

  /** Frames spread over the calibration range. */
  private static SelfTest selfTest(FrameScorer scorer, TrainingData data, int[] nominal) {
    int size = data.shape().size();
    int frames = Math.min(SelfTest.FRAMES, nominal.length);
    byte[] pixels = new byte[frames * size];
    for (int i = 0; i < frames; i++) {
      data.read(nominal[(int) ((long) i * nominal.length / frames)], pixels, i * size);
    }
    return SelfTest.record(scorer, pixels, frames);
  }
}
