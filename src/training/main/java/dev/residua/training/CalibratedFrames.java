package dev.residua.training;

import dev.residua.anomaly.AnomalyCalibration;
import dev.residua.anomaly.AnomalyRule;
import dev.residua.anomaly.AnomalySettings;
import dev.residua.anomaly.AppearanceMeter;
import dev.residua.anomaly.AppearanceReference;
import dev.residua.anomaly.ReadingRule;
import dev.residua.anomaly.SensorReference;
import dev.residua.causal.FrameStatistics;
import dev.residua.frame.SensorMeter;
import dev.residua.model.ModelBundle;

/** Ranks scored frames of a data set by the calibrations of a bundle. For one thread. */
public final class CalibratedFrames {
  private final AnomalyCalibration calibration;
  private final AppearanceMeter appearance;
  private final SensorMeter sensor;
  private final ReadingRule rule;
  private final TrainingData data;
  private final byte[] pixels;

  /**
   * @param data with frames of the model's shape
   * @throws IllegalArgumentException if an entry of the bundle is damaged
   */
  public CalibratedFrames(ModelBundle bundle, TrainingData data) {
    this.calibration = AnomalyCalibration.fromBytes(bundle.entry(ModelBundle.ANOMALY_CALIBRATION));
    this.appearance =
        new AppearanceMeter(AppearanceReference.fromBytes(bundle.entry(ModelBundle.APPEARANCE)));
    this.sensor = new SensorMeter(data.shape());
    this.rule =
        new ReadingRule(
            AnomalyRule.of(AnomalySettings.DEFAULTS, calibration),
            SensorReference.fromBytes(bundle.entry(ModelBundle.SENSOR_REFERENCE)));
    this.data = data;
    this.pixels = new byte[data.shape().size()];
  }

  /** Statistics of a frame by its residuals and its reconstruction error. */
  public FrameStatistics statistics(int frame, double[] residuals, double error) {
    data.read(frame, pixels, 0);
    float[] row = new float[residuals.length];
    for (int j = 0; j < row.length; j++) {
      row[j] = (float) residuals[j];
    }
    return calibration.statistics(
        row, 0, (float) error, appearance.deviation(pixels, 0, data.mask(frame)));
  }

  /** Returns true if the readings of a frame do not count, see {@link ReadingRule}. */
  boolean refuses(int frame, double[] residuals, double error) {
    FrameStatistics statistics = statistics(frame, residuals, error);
    return rule.refuses(statistics, sensor.measure(pixels, 0, data.mask(frame)));
  }
}
