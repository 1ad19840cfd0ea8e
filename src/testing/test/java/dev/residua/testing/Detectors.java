package dev.residua.testing;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.drift.DriftReference;
import dev.residua.drift.DriftSettings;
import java.util.Random;

/** A detector and a calibration of normal numbers, coarse and soon made, for tests. */
public final class Detectors {
  private static final int FRAMES = 400;

  private Detectors() {}

  public static DriftReference normal(int latents) {
    Random random = new Random(3);
    double[][] rows = new double[FRAMES][latents];
    for (double[] row : rows) {
      for (int k = 0; k < latents; k++) {
        row[k] = random.nextGaussian();
      }
    }
    DriftSettings settings =
        DriftSettings.DEFAULTS.withFrequencies(4).withSimulation(50, 4 * DriftSettings.MAX_SCALE);
    return DriftReference.calibrate(rows, settings, 1, done -> {});
  }

  /** Residuals have a standard deviation of 0.3. */
  public static AnomalyCalibration calibration(int latents) {
    Random random = new Random(4);
    float[] residuals = new float[FRAMES * latents];
    for (int i = 0; i < residuals.length; i++) {
      residuals[i] = (float) (0.3 * random.nextGaussian());
    }
    float[] errors = new float[FRAMES];
    for (int i = 0; i < FRAMES; i++) {
      errors[i] = 1 + random.nextFloat();
    }
    return AnomalyCalibration.fit(residuals, latents, errors, errors);
  }
}
